<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';
require_once MODULE.'/class/admin/oauthbridgeentrybuttons.class.php';
require_once MODULE.'/class/admin/oauthbridgeentrycard.class.php';
require_once MODULE.'/class/admin/oauthbridgehealthview.class.php';

/** What the status page says of entries and of the bridge. */
final class PagesTest extends ModuleTestCase
{
	const NOW = 1800000000;

	protected function setUp(): void
	{
		parent::setUp();
		$GLOBALS['user'] = (object) array('admin' => 1);
	}

	public function testACardShowsTheAccountItsUsesItsDatesAndTheReasonOfItsState()
	{
		$uses = array(array('entry' => 'GOOGLE-Mail', 'protocol' => 'smtp', 'label' => 'Mailings', 'url' => '/admin/mails_emailing.php'));
		$html = $this->card(array(
			'status' => 'consent_required', 'account' => 'ada@example.com [1001]', 'granted_at' => '2026-11-01T10:00:00+00:00',
			'last_error' => 'invalid_grant: over',
		), array(), $uses);

		$this->assertStringContainsString('<strong title="ada@example.com [1001]">ada@example.com</strong>', $html);
		$this->assertStringContainsString('<a href="/admin/mails_emailing.php">Mailings</a>', $html);
		$this->assertStringContainsString('<p class="oauthbridge-reason">OAuthBridgeReason_consent_required</p>', $html);
		$this->assertStringContainsString('<dt>OAuthBridgeGranted</dt>', $html);
		$this->assertStringContainsString('datetime="2026-11-01T10:00:00Z"', $html);
		$this->assertStringContainsString('invalid_grant: over', $html);
	}

	public function testAnAccountThatTheProviderKnowsByANumberAloneIsShownByIt()
	{
		$this->assertStringContainsString('>[1001]</strong>', $this->card(array('status' => 'valid', 'account' => '[1001]')));
	}

	public function testAnAccountThatTookTheEntryOverIsAWarningWithBothNames()
	{
		$warning = array('code' => 'account_changed', 'message' => 'ada had given the consent, and now it is grace');
		$html = $this->card(array('status' => 'valid', 'has_refresh_token' => true), array('warnings' => array($warning)));

		$this->assertStringContainsString('ada had given the consent, and now it is grace', $html);
	}

	public function testWhatNothingCanRenewIsNotShownGreen()
	{
		$html = $this->card(array('status' => 'valid', 'has_refresh_token' => false));

		$this->assertStringContainsString('badge status1', $html);
		$this->assertStringContainsString('OAuthBridgeReason_unrenewable', $html);
		$this->assertStringNotContainsString('status4', $html);
	}

	public function testNothingOfAReportIsTakenForHtml()
	{
		$html = $this->card(
			array('status' => 'valid', 'account' => '<i>', 'last_error' => '<script>'),
			array('scopes' => array('<b>'), 'warnings' => array(array('code' => 'x', 'message' => '<u>')))
		);

		$this->assertDoesNotMatchRegularExpression('/<(i|b|u|script)>/', $html);
	}

	public function testEachStateHasOnePrimaryActionAndTheRestInAMenu()
	{
		$primary = array(
			'none' => 'value="connect"', 'valid' => 'data-oauthbridge-open', 'expired' => 'data-oauthbridge-open',
			'consent_required' => 'data-oauthbridge-open', 'unreadable' => 'data-oauthbridge-open',
		);
		foreach ($primary as $status => $mark) {
			$state = new OAuthBridgeEntryState($this->entry(array('status' => $status, 'has_refresh_token' => true)));
			$html = (new OAuthBridgeEntryButtons())->render($state, array('smtp'));

			$this->assertSame(1, preg_match_all('/class="butAction"/', $html), $status);
			$this->assertStringContainsString($mark, $html, $status);
			$this->assertStringContainsString('<details class="oauthbridge-menu">', $html, $status);
		}
	}

	public function testTheHeadSaysWhichTroubleItIsAndHowToStartTheBridgeOnlyWhereItDoesNotRun()
	{
		foreach (array('not_listening', 'timeout', 'impostor', 'invalid_answer', 'no_sockets', 'bad_address', 'not_ready') as $code) {
			$html = OAuthBridgeHealthView::render($this->health(array('code' => $code, 'error' => 'why')));

			$this->assertStringContainsString(OAuthBridgeHealthView::TITLES[$code] ?? 'OAuthBridgeDown', $html, $code);
			$this->assertStringContainsString('<p>why</p>', $html, $code);
			$this->assertSame($code === 'not_listening', strpos($html, 'systemctl start') !== false, $code);
		}
	}

	public function testTheHeadSaysWhereModuleAndBridgeAreOfTwoVersions()
	{
		$good = array('reachable' => true, 'ready' => true, 'authorized' => true);

		$this->assertStringContainsString(
			'OAuthBridgeVersionsDiffer '.OAuthBridgeClient::VERSION.' 0.0.1',
			OAuthBridgeHealthView::render($this->health($good + array('version' => '0.0.1')))
		);
		$this->assertStringNotContainsString(
			'OAuthBridgeVersionsDiffer',
			OAuthBridgeHealthView::render($this->health($good + array('version' => OAuthBridgeClient::VERSION)))
		);
	}

	public function testALongAddressBreaksAtItsMarksAndNotWithinAnEntity()
	{
		$this->assertSame('https://<wbr>a.<wbr>b/<wbr>c?<wbr>d=<wbr>e&amp;<wbr>f', oauthbridgeBreakable('https://a.b/c?d=e&f'));
	}

	public function testTheDoctorsFindingsAreShownWithWhatToDo()
	{
		$finding = array('severity' => 'error', 'subject' => 'a', 'evidence' => 'It is <open> & bad', 'advice' => 'Close it');
		$html = OAuthBridgeHealthView::renderFindings(array('findings' => array($finding)));

		$this->assertStringContainsString('OAuthBridgeSeverity_error', $html);
		$this->assertStringContainsString('It is &lt;open&gt; &amp; bad', $html);
		$this->assertStringContainsString('Close it', $html);
		$this->assertStringContainsString('OAuthBridgeDoctorNothing', OAuthBridgeHealthView::renderFindings(array('findings' => array())));
	}

	/** @return string HTML */
	private function card(array $token, array $entry = array(), array $uses = array())
	{
		return (new OAuthBridgeEntryCard($this->entry($token, $entry), self::NOW, $uses))->render('');
	}

	/** @return array<string,mixed> An entry as the bridge reports it */
	private function entry(array $token, array $entry = array())
	{
		return $entry + array(
			'entry' => 'GOOGLE-Mail', 'provider' => 'Google', 'label' => 'Mail', 'complete' => true, 'token' => $token,
			'warnings' => array(), 'scopes' => array('https://mail.google.com/'), 'flows' => array('code'),
			'redirect_uri' => 'https://erp.example.com/callback.php',
		);
	}

	/** @return array<string,mixed> The bridge's health */
	private function health(array $values)
	{
		return $values + array(
			'reachable' => false, 'ready' => false, 'authorized' => false, 'version' => null, 'address' => '', 'error' => '', 'code' => '',
		);
	}
}
