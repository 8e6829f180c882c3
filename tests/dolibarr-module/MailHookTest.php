<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once MODULE.'/class/actions_oauthbridge.class.php';

/** When a mail is sent with OAuth, the row holds a valid token. */
final class MailHookTest extends ModuleTestCase
{
	public function testEveryContextAndBothLibrariesGetAValidToken()
	{
		foreach (array('', 'emailing', 'ticket', 'passwordreset') as $context) {
			foreach (array('smtps', 'swiftmailer') as $mode) {
				$this->stage->expire(self::ENTRY);
				$this->configure($context, $mode);
				$before = $this->row();

				$this->assertSame(0, $this->sendMail($mode, $context === '' ? 'standard' : $context));

				$this->assertNotSame($before, $this->row(), $context.' '.$mode);
				$this->assertSame(1, $this->stage->refreshes());
				$this->assertSame(array(), Log::warnings());
			}
		}
	}

	public function testAContextWithoutSettingsUsesTheGeneralEntry()
	{
		$this->stage->expire(self::ENTRY);
		$this->configure('', 'smtps');
		$this->set('MAIN_MAIL_SENDMODE_TICKET', 'default');
		$this->set('MAIN_MAIL_SMTPS_OAUTH_SERVICE_TICKET', 'GOOGLE-Nobody');

		$this->sendMail('smtps', 'ticket');

		$this->assertSame(1, $this->stage->refreshes());
	}

	public function testAValidTokenIsKept()
	{
		$this->stage->issue(self::ENTRY);
		$this->configure('', 'smtps');
		$before = $this->row();

		$this->sendMail('smtps', 'standard');

		$this->assertSame($before, $this->row());
	}

	public function testTheBridgeIsNotAskedForMailWithoutOauth()
	{
		$this->stage->expire(self::ENTRY);
		$this->configure('', 'smtps');

		$this->sendMail('mail', 'standard');
		$this->set('MAIN_MAIL_SMTPS_AUTH_TYPE', 'LOGIN');
		$this->sendMail('smtps', 'standard');

		$this->assertSame(0, $this->stage->refreshes());
	}

	public function testOnlyMailOfAContextAuthenticatesAsTheContextSays()
	{
		$this->stage->issue(self::ENTRY);
		$this->configure('ticket', 'smtps');
		$this->set('MAIN_MAIL_SMTPS_AUTH_TYPE', 'LOGIN');
		$hooks = new ActionsOauthbridge($this->db);

		$this->sendMail('smtps', 'ticket', $hooks);
		$this->assertSame('XOAUTH2', getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'), 'what the socket library looks at');
		$this->sendMail('smtps', 'standard', $hooks);
		$this->assertSame('LOGIN', getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'), 'before the next mail');

		$this->sendMail('smtps', 'ticket', $hooks);
		$mail = new stdClass();
		$action = '';
		$this->assertSame(0, $hooks->sendMailAfter(array(), $mail, $action, null));
		$this->assertSame('LOGIN', getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'), 'after the mail');
	}

	public function testMailOfAContextWithAPasswordLogsInWithItThoughTheRestIsSentWithAToken()
	{
		$this->configure('', 'smtps');
		$this->stage->issue(self::ENTRY);
		$this->set('MAIN_MAIL_SENDMODE_EMAILING', 'smtps');
		$hooks = new ActionsOauthbridge($this->db);
		foreach (array('' => 'LOGIN', 'LOGIN' => 'LOGIN', 'PLAIN' => 'PLAIN', 'NONE' => 'NONE') as $own => $used) {
			$this->set('MAIN_MAIL_SMTPS_AUTH_TYPE_EMAILING', $own);

			$this->sendMail('smtps', 'emailing', $hooks);
			$this->assertSame($used, getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'), 'what the socket library looks at');
			$this->sendMail('smtps', 'standard', $hooks);
			$this->assertSame('XOAUTH2', getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'), 'before the next mail');
		}

		$this->set('MAIN_MAIL_SENDMODE_EMAILING', 'default'); // CMailFile takes the general settings then, whatever else is set
		$this->sendMail('smtps', 'emailing', $hooks);
		$this->assertSame('XOAUTH2', getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'));
	}

	public function testTheGeneralSettingIsKeptForSwiftMailer()
	{
		$this->stage->issue(self::ENTRY);
		$this->configure('ticket', 'swiftmailer');
		$this->set('MAIN_MAIL_SMTPS_AUTH_TYPE', 'LOGIN');

		$this->sendMail('swiftmailer', 'ticket');

		$this->assertSame('LOGIN', getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'));
	}

	public function testABridgeThatIsSlowIsWaitedForOnceAndStillAskedByOthersWhileTheStoredTokenCanDo()
	{
		$this->stage->issue(self::ENTRY);
		$this->configure('', 'smtps');
		$server = new CannedServer('', array('key' => getDolGlobalString('OAUTHBRIDGE_API_KEY'))); // proves itself, then says nothing
		$this->set('OAUTHBRIDGE_ADDRESS', $server->address());

		$this->sendMail('smtps', 'standard');
		$begun = microtime(true);
		$this->sendMail('smtps', 'standard');

		$this->assertLessThan(1, microtime(true) - $begun);
		$this->assertFalse(OAuthBridgeGateway::isPaused(), 'stock code would spend the refresh token itself');
		$this->assertCount(1, Log::warnings());
		$server->end();
	}

	public function testMailIsSentWithoutTheBridgeWithOneWarning()
	{
		$this->configure('', 'smtps');
		$this->set('OAUTHBRIDGE_ADDRESS', self::NOT_LISTENING);

		$this->assertSame(0, $this->sendMail('smtps', 'standard'));
		$this->assertSame(0, $this->sendMail('smtps', 'standard'));

		$this->assertCount(1, Log::warnings());
		$this->assertStringContainsString('sending mail with '.self::ENTRY.' goes on without the bridge', Log::warnings()[0]);
	}

	public function testMailIsSentWhateverTheSettingsHold()
	{
		$this->configure('', 'smtps');
		foreach (array('GOOGLE-Nobody', '../x', "x\ny") as $entry) {
			$this->set('MAIN_MAIL_SMTPS_OAUTH_SERVICE', $entry);
			$this->assertSame(0, $this->sendMail('smtps', 'standard'));
		}
		$mail = new stdClass();
		$action = '';
		$this->assertSame(0, (new ActionsOauthbridge($this->db))->sendMail(array(), $mail, $action, null));
	}

	/** The hook, as CMailFile::sendfile calls it. */
	private function sendMail($mode, $context, $hooks = null)
	{
		$mail = (object) array('sendmode' => $mode, 'sendcontext' => $context);
		$action = '';
		return ($hooks === null ? new ActionsOauthbridge($this->db) : $hooks)->sendMail(array(), $mail, $action, null);
	}

	/** Mail of a context is sent with the entry. */
	private function configure($context, $mode)
	{
		$suffix = $context === '' ? '' : '_'.strtoupper($context);
		$this->set('MAIN_MAIL_SENDMODE'.$suffix, $mode);
		$this->set('MAIN_MAIL_SMTPS_AUTH_TYPE'.$suffix, 'XOAUTH2');
		$this->set('MAIN_MAIL_SMTPS_OAUTH_SERVICE'.$suffix, self::ENTRY);
	}
}
