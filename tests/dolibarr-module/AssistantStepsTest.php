<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';
require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
require_once MODULE.'/class/admin/oauthbridgeassistantpage.class.php';

/** Where the assistant's buttons lead, and what its steps offer. */
final class AssistantStepsTest extends ModuleTestCase
{
	const GUID = '11111111-2222-3333-4444-555555555555';
	const SERVER = array('host' => 'smtp.example.com', 'port' => 587, 'security' => 'starttls', 'username' => 'ada@example.com');

	/** @var OAuthBridgeClient Double of the client: mail servers accept or refuse, consents begin */
	private $client;

	/** @var OAuthBridgeConsents */
	private $consents;

	protected function setUp(): void
	{
		parent::setUp();
		$_GET = $_POST = array();
		$this->client = new class extends OAuthBridgeClient {
			/** @var bool Whether mail servers take the login */
			public $isGood = true;

			/** @var array<string,mixed> */
			public $begun = array();

			public function checkSmtp($entry, array $server)
			{
				return array('ok' => $this->isGood, 'steps' => array());
			}

			public function beginConsent($entry, array $options)
			{
				$this->begun = $options + array('entry' => $entry);
				$code = array('authorization_url' => 'https://provider.example/authorize', 'state' => 's', 'expires_in' => 600);
				return $options['flow'] === 'code' ? $code : array(
					'consent_id' => 'c', 'user_code' => 'ABCD', 'verification_uri' => 'https://provider.example/device',
					'expires_in' => 600,
				);
			}
		};
		$this->consents = new OAuthBridgeConsents($this->client, 7, 1, time());
	}

	protected function tearDown(): void
	{
		$_GET = $_POST = array();
		$this->db->query("DELETE FROM llx_const WHERE name LIKE 'OAUTH\\_MICROSOFT-%ale%' OR name LIKE 'OAUTH\\_MICROSOFT-Login%'");
		$this->db->query("DELETE FROM llx_const WHERE name LIKE 'MAIN\\_MAIL\\_SM%'");
		$this->db->query("DELETE FROM llx_const WHERE name IN ('MAIN_MAIL_SENDMODE', 'OAUTHBRIDGE_UNDO_MAIL')");
	}

	public function testDolibarrsMailIsSwitchedOverOnlyToAServerThatTookTheLogin()
	{
		$this->isAt('send', 'MICROSOFT-Sales');
		foreach (array(false, true) as $isGood) {
			$this->client->isGood = $isGood;
			$this->assertStringEndsWith('step=try', $this->press('checksmtp', self::SERVER));

			$html = $this->page()->renderUse(OAuthBridgeAssistantActions::checks(), 0);
			$this->assertSame($isGood, strpos($html, 'value="usemail"') !== false);
			$this->assertSame(!$isGood, strpos($html, 'oauthbridge-check-failed') !== false, 'the failed test is shown');
			$this->assertSame(!$isGood, strpos($html, 'step=try') !== false, 'and the way to the next one');
			$this->press('usemail');
			$this->assertSame($isGood ? 'smtp.example.com' : '', getDolGlobalString('MAIN_MAIL_SMTP_SERVER'));
		}
	}

	public function testATestOfAnotherEntryOrAccountDoesNotCount()
	{
		$this->isAt('send', 'MICROSOFT-Sales');
		$this->press('checksmtp', self::SERVER);

		OAuthBridgeAssistant::remember(array('entry' => 'MICROSOFT-Mail2'));
		$this->assertSame(array(), OAuthBridgeAssistantActions::checks());
		$this->press('usemail');
		$this->assertSame('', getDolGlobalString('MAIN_MAIL_SMTP_SERVER'));

		OAuthBridgeAssistant::remember(array('entry' => 'MICROSOFT-Sales'));
		$this->assertArrayHasKey('smtp', OAuthBridgeAssistantActions::checks());
		$this->press('connect');
		$this->assertSame(array(), OAuthBridgeAssistantActions::checks(), 'another account may come back');
	}

	public function testALabelThatDiffersInCaseOnlyIsTheEntryThatExists()
	{
		$this->write('MICROSOFT-Sales');
		$this->isAt('send', 'MICROSOFT-Mail');
		$typed = array('label' => 'sales', 'client_id' => self::GUID, 'tenant' => 'contoso.example', 'scopes' => 'openid');

		$this->assertStringEndsWith('step=connect', $this->press('application', $typed + array('client_secret' => 'new')));
		$this->assertSame('MICROSOFT-Sales', OAuthBridgeAssistant::state()['entry']);
		$this->assertSame('old', getDolGlobalString('OAUTH_MICROSOFT-Sales_SECRET'), 'used as it is');

		$this->press('application', $typed + array('client_secret' => 'new', 'replace' => '1'));
		$this->load(1);
		$this->assertSame('new', getDolGlobalString('OAUTH_MICROSOFT-Sales_SECRET'));
		$this->assertSame('', getDolGlobalString('OAUTH_MICROSOFT-sales_SECRET'));
	}

	public function testTheProposedLabelIsFreeInUpperAndLowerCase()
	{
		$this->set('OAUTH_MICROSOFT-MAIL_ID', self::GUID);

		$this->press('choose', array('purpose' => 'send', 'provider' => 'MICROSOFT'));

		$this->assertSame('MICROSOFT-Mail2', OAuthBridgeAssistant::state()['entry']);
	}

	public function testASignInEntryThatExistsLeadsToItsUseAndNotToAConsent()
	{
		$this->set('OAUTH_MICROSOFT-LOGIN_ID', self::GUID);
		$this->set('OAUTH_MICROSOFT-LOGIN_SECRET', 'old');
		$this->press('choose', array('purpose' => 'login', 'provider' => 'MICROSOFT'));

		$this->assertStringEndsWith('step=use', $this->press('application'));
		$this->assertSame('MICROSOFT-LOGIN', OAuthBridgeAssistant::state()['entry']);
		$this->assertSame(array('choose', 'application', 'use'), OAuthBridgeAssistant::stepsFor('login'));
		$this->assertStringNotContainsString('step=connect', $this->page()->renderWay('use'));
	}

	public function testTheLabelOfTheSignInIsNotForMail()
	{
		$this->set('OAUTH_MICROSOFT-Login_ID', self::GUID);
		$this->isAt('send', 'MICROSOFT-Mail');

		foreach (array('Login', 'login') as $label) {
			$this->assertStringEndsWith('step=application', $this->press('application', array('label' => $label)));
		}
	}

	public function testAnotherAccountCanTakeAnEntryOver()
	{
		$this->isAt('send', 'MICROSOFT-Sales');
		$box = 'name="confirm_account_change"';
		$this->assertStringContainsString($box, $this->page()->renderConnect($this->report('valid'), time()));
		$this->assertStringNotContainsString($box, $this->page()->renderConnect($this->report('none'), time()));

		foreach (array('connect', 'connectdevice') as $action) {
			$this->press($action);
			$this->assertArrayNotHasKey('confirm_account_change', $this->client->begun);
			$this->press($action, array('confirm_account_change' => '1'));
			$this->assertTrue($this->client->begun['confirm_account_change']);
		}
	}

	public function testCancelOfACodeForAnotherDeviceStaysInTheAssistant()
	{
		$this->isAt('send', 'MICROSOFT-Sales');
		$this->press('connectdevice');
		$device = $this->consents->getDevice('MICROSOFT-Sales');
		$html = OAuthBridgeEntryResults::renderDevice($device, '/again', '/dolibarr/custom/oauthbridge/admin/connect.php');

		$this->assertStringContainsString('action="/dolibarr/custom/oauthbridge/admin/connect.php"', $html);
		$this->assertStringEndsWith('step=connect', $this->press('canceldevice', array('entry' => 'MICROSOFT-Sales')));
		$this->assertNull($this->consents->getDevice('MICROSOFT-Sales'));
	}

	public function testAnApplicationForMailServesTheSignInTooAndNothingIsTypedTwice()
	{
		$this->write('MICROSOFT-Sales');
		$this->isAt('send', 'MICROSOFT-Sales');
		$this->assertStringContainsString('OAuthBridgeAlso_login', $this->page()->renderUse(array(), 0));

		$this->assertStringEndsWith('step=application', $this->press('also'));
		$html = $this->page()->renderApplication();
		foreach (array(self::GUID, 'contoso.example', 'OAuthBridgeTakenOver MICROSOFT-Sales', 'logincallback.php') as $part) {
			$this->assertStringContainsString($part, $html);
		}
		$this->assertStringNotContainsString('old', $html, 'the secret');
		$this->assertDoesNotMatchRegularExpression('/name="client_secret" required/', $html);

		$typed = array('client_id' => self::GUID, 'tenant' => 'contoso.example', 'scopes' => 'openid,email,profile');
		$this->assertStringEndsWith('step=use', $this->press('application', $typed));
		$this->load(1);
		$this->assertSame('old', getDolGlobalString('OAUTH_MICROSOFT-Login_SECRET'));
		$this->assertSame('openid,email,profile', getDolGlobalString('OAUTH_MICROSOFT-Login_SCOPE'));
		$this->assertStringNotContainsString('value="also"', $this->page()->renderUse(array(), 0), 'both are there');
	}

	/**
	 * @testWith [{"client_id": "22222222-2222-3333-4444-555555555555"}]
	 *           [{"tenant": "evil.example"}]
	 */
	public function testTheSecretIsTakenOverForTheSameApplicationOnly($change)
	{
		$this->write('MICROSOFT-Sales');
		$this->isAt('send', 'MICROSOFT-Sales');
		$this->press('also');

		$typed = $change + array('client_id' => self::GUID, 'tenant' => 'contoso.example', 'scopes' => 'openid');
		$this->assertStringEndsWith('step=application', $this->press('application', $typed));
		$this->assertFalse(OAuthBridgeAssistant::exists('MICROSOFT-Login'));
	}

	public function testAnApplicationForTheSignInServesMailTooWhereTheProviderHasIt()
	{
		$this->write('MICROSOFT-Login');
		$this->isAt('login', 'MICROSOFT-Login');
		$this->assertStringNotContainsString('OAuthBridgeAlso_send', $this->page()->renderUse(array(), 0), 'MICROSOFT-Office has it');
		$this->set('OAUTH_MICROSOFT-Office_ID', 'another');
		$this->assertStringContainsString('OAuthBridgeAlso_send', $this->page()->renderUse(array(), 0));

		$this->press('also');
		$state = OAuthBridgeAssistant::state();
		$this->assertSame(array('send', 'MICROSOFT-Mail', self::GUID), array($state['purpose'], $state['entry'], $state['client_id']));
		$this->assertStringContainsString('SMTP.Send', $state['scopes']);

		$this->assertSame('', OAuthBridgeAssistantAlso::purposeAfter(array('provider' => 'MICROSOFTAPP') + $state), 'no sign-in there');
		$gitlab = array('purpose' => 'login', 'provider' => 'GENERIC', 'preset' => 'gitlab') + $state;
		$this->assertSame('', OAuthBridgeAssistantAlso::purposeAfter($gitlab), 'no mail there');
		$this->assertSame('', OAuthBridgeAssistantAlso::purposeAfter(array('provider' => '') + $state));
	}

	/** The assistant is about an entry. */
	private function isAt($purpose, $entry)
	{
		OAuthBridgeAssistant::remember(array('purpose' => $purpose, 'provider' => 'MICROSOFT', 'entry' => $entry, 'label' => 'Mail'));
	}

	/** @return string Where a button leads */
	private function press($action, array $fields = array())
	{
		$_POST = $fields;
		$assistant = new OAuthBridgeAssistant($this->db, 1);
		return (new OAuthBridgeAssistantActions($this->db, $this->client, $this->consents, $assistant))->run($action, $action);
	}

	/** @return OAuthBridgeAssistantPage */
	private function page()
	{
		$collectors = new OAuthBridgeCollectors($this->db, 1);
		return new OAuthBridgeAssistantPage(OAuthBridgeAssistant::state(), new OAuthBridgeMailServers($this->db), $collectors);
	}

	/** Dolibarr has an entry. */
	private function write($entry)
	{
		dolibarr_set_const($this->db, 'OAUTH_'.$entry.'_ID', self::GUID);
		dolibarr_set_const($this->db, 'OAUTH_'.$entry.'_SECRET', 'old');
		dolibarr_set_const($this->db, 'OAUTH_'.$entry.'_TENANT', 'contoso.example');
	}

	/** @return array<string,mixed> The bridge's report of the entry */
	private function report($status)
	{
		return array(
			'entry' => 'MICROSOFT-Sales', 'provider' => 'Microsoft', 'label' => 'Sales', 'complete' => true, 'needs_person' => false,
			'token' => array('status' => $status, 'has_refresh_token' => true), 'flows' => array('code', 'device'),
		);
	}
}
