<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once MODULE.'/class/watch/oauthbridgeuses.class.php';

/** What Dolibarr's settings use which entry for. */
final class UsesTest extends ModuleTestCase
{
	protected function setUp(): void
	{
		parent::setUp();
		foreach (array('' => 'MICROSOFT-Sales', '_EMAILING' => 'MICROSOFT-Office', '_TICKET' => 'microsoft-sales') as $context => $entry) {
			$this->set('MAIN_MAIL_SENDMODE'.$context, 'smtps');
			$this->set('MAIN_MAIL_SMTPS_AUTH_TYPE'.$context, 'XOAUTH2');
			$this->set('MAIN_MAIL_SMTPS_OAUTH_SERVICE'.$context, $entry);
		}
	}

	public function testAfterARenameTheUsesOfTheOldNameAreShown()
	{
		// Dolibarr's page renames the service of the main mail alone.
		$uses = new OAuthBridgeUses($this->db);
		$orphans = $uses->orphans(array('MICROSOFT-Sales', 'GOOGLE-Mail'));

		$this->assertSame(array('MICROSOFT-Office'), array_column($orphans, 'entry'));
		$this->assertStringContainsString('/admin/mails_emailing.php', $orphans[0]['url']);
		$this->assertSame(array(), $uses->orphans(array('MICROSOFT-Sales', 'Microsoft-Office')));
	}

	public function testAnEntryHasItsOwnUsesInWhateverCaseTheyAreWritten()
	{
		$uses = new OAuthBridgeUses($this->db);

		$this->assertCount(2, $uses->of('MICROSOFT-Sales'));
		$this->assertSame(array(), $uses->of('GOOGLE-Mail'));
	}

	public function testASettingThatSendsInAnotherWayUsesNone()
	{
		$this->set('MAIN_MAIL_SMTPS_AUTH_TYPE', 'LOGIN');
		$this->set('MAIN_MAIL_SENDMODE_TICKET', 'mail');

		$this->assertSame(array(), (new OAuthBridgeUses($this->db))->of('MICROSOFT-Sales'));
	}
}
