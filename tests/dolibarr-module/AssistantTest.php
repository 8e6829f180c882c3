<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
require_once MODULE.'/class/admin/oauthbridgeassistant.class.php';
require_once MODULE.'/class/admin/oauthbridgemailsettings.class.php';

/** What the assistant checks and writes. */
final class AssistantTest extends ModuleTestCase
{
	const GUID = '11111111-2222-3333-4444-555555555555';

	protected function tearDown(): void
	{
		$this->db->query("DELETE FROM llx_const WHERE name LIKE 'OAUTH\\_MICROSOFT-Sales%' OR name = 'OAUTHBRIDGE_UNDO_MAIL'");
		$this->db->query("DELETE FROM llx_const WHERE name LIKE 'MAIN\\_MAIL\\_SMTP%'");
	}

	public function testGoodDataIsAccepted()
	{
		$this->assertSame(array(), OAuthBridgeAssistant::findErrors($this->microsoft(), 'ms~secret'));
		$google = array('provider' => 'GOOGLE', 'client_id' => '1-a.apps.googleusercontent.com') + $this->microsoft();
		$this->assertSame(array(), OAuthBridgeAssistant::findErrors($google, 'GOCSPX-x'));
		$generic = array('provider' => 'GENERIC', 'client_id' => 'erp', 'url' => 'https://login.example.com/realms/a') + $this->microsoft();
		$this->assertSame(array(), OAuthBridgeAssistant::findErrors($generic, 'x'));
	}

	/**
	 * @dataProvider mistakes
	 */
	public function testAMistakeIsNamed($expected, array $change, $secret = 'ms~secret')
	{
		$this->assertSame(array($expected), OAuthBridgeAssistant::findErrors($change + $this->microsoft(), $secret));
	}

	public static function mistakes()
	{
		return array(
			array('secret_id', array(), self::GUID),
			array('secret', array(), 'with space'),
			array('secret', array(), ''),
			array('tenant', array('tenant' => 'https://login.microsoftonline.com/'.self::GUID)),
			array('tenant', array('tenant' => '')),
			array('id_microsoft', array('client_id' => 'my app')),
			array('id_google', array('provider' => 'GOOGLE')),
			array('url', array('provider' => 'GENERIC', 'url' => 'http://login.example.com')),
			array('url', array('provider' => 'GENERIC', 'url' => 'http://127.0.0.1.example.com/')),
			array('label', array('label' => 'two words')),
			array('label', array('label' => str_repeat('x', 30))),
			array('scopes', array('scopes' => 'a b')),
		);
	}

	public function testTheEntryIsWrittenAsDolibarrsOwnPageWritesIt()
	{
		$values = array('entry' => 'MICROSOFT-Sales') + $this->microsoft();
		$this->assertTrue((new OAuthBridgeAssistant($this->db, 1))->writeEntry($values, 'ms~secret'));

		$names = array();
		$result = $this->db->query("SELECT name FROM llx_const WHERE name LIKE 'OAUTH\\_MICROSOFT-Sales%' AND entity = 1 ORDER BY name");
		while ($row = $this->db->fetch_object($result)) {
			$names[] = $row->name;
		}
		$start = 'OAUTH_MICROSOFT-Sales_';
		$this->assertSame(array($start.'ID', $start.'SCOPE', $start.'SECRET', $start.'TENANT'), $names);
		$this->assertTrue(OAuthBridgeAssistant::exists('MICROSOFT-Sales'));
		$this->assertFalse(OAuthBridgeAssistant::isBegun('MICROSOFT-Sales', 'another'));
		$this->set('OAUTH_GOOGLE-Begun_ID', 'To complete');
		$this->assertTrue(OAuthBridgeAssistant::isBegun('GOOGLE-Begun', 'secret'));
		$this->assertFalse(OAuthBridgeAssistant::isBegun('GOOGLE-Begun', ''));
	}

	public function testMailSettingsAreChangedAndPutBack()
	{
		$this->set('MAIN_MAIL_SENDMODE', 'smtps');
		$this->set('MAIN_MAIL_SMTP_SERVER', 'old.example.com');
		$server = array('host' => 'smtp.example.com', 'port' => 587, 'security' => 'starttls', 'username' => 'me@example.com');
		$changes = OAuthBridgeMailSettings::findChanges('MICROSOFT-Sales', $server);
		$this->assertSame(array('old.example.com', 'smtp.example.com'), $changes['MAIN_MAIL_SMTP_SERVER']);
		$this->assertArrayNotHasKey('MAIN_MAIL_SENDMODE', $changes);

		$settings = new OAuthBridgeMailSettings($this->db, 1);
		$this->assertTrue($settings->change($changes));
		$this->assertSame(array(), OAuthBridgeMailSettings::findChanges('MICROSOFT-Sales', $server));
		$this->assertTrue($settings->undo());
		$this->assertSame('old.example.com', getDolGlobalString('MAIN_MAIL_SMTP_SERVER'));
		$this->assertFalse($settings->undo(), 'once');
	}

	public function testWhatAProviderCannotDoHasNoScopes()
	{
		$this->assertNull(OAuthBridgeAssistant::scopes('GITHUB', 'send'));
		$this->assertNull(OAuthBridgeAssistant::scopes('MICROSOFTAPP', 'login'));
		$this->assertNull(OAuthBridgeAssistant::scopes('GENERIC', 'send', 'nextcloud'));
		foreach (OAuthBridgeAssistant::PROVIDERS as $provider => $properties) {
			foreach (array_keys($properties['scopes']) as $purpose) {
				$this->assertContains($purpose, OAuthBridgeAssistant::PURPOSES, $provider);
			}
		}
	}

	public function testAProviderIsOfferedForMailWhereDolibarrKnowsIt()
	{
		$this->assertContains('send', OAuthBridgeAssistant::purposesOf('MICROSOFT'));
		$this->assertArrayHasKey('GITHUB', OAuthBridgeAssistant::offered());
		$this->assertArrayNotHasKey('MICROSOFTAPP', OAuthBridgeAssistant::offered());
		$this->assertNull(OAuthBridgeAssistant::scopes('MICROSOFTAPP', 'send'));
	}

	public function testBefore2001MailFindsTokensOnlyWhereTheNameThatIsShownIsThatOfTheService()
	{
		$GLOBALS['dolibarr_version'] = '20.0.0';
		try {
			$this->assertSame(array('login'), OAuthBridgeAssistant::purposesOf('MICROSOFT'));
			$this->assertContains('collect', OAuthBridgeAssistant::purposesOf('GOOGLE'));
		} finally {
			unset($GLOBALS['dolibarr_version']);
		}
	}

	public function testAKnownServerBringsItsScopes()
	{
		$this->assertSame('mail:smtp', OAuthBridgeAssistant::scopes('GENERIC', 'send', 'yandex'));
		foreach (OAuthBridgePresets::ALL as $key => $preset) {
			foreach (array_keys($preset['scopes']) as $purpose) {
				$this->assertContains($purpose, OAuthBridgeAssistant::PURPOSES, $key);
			}
			foreach ($preset['urls'] as $url) {
				$this->assertMatchesRegularExpression(OAuthBridgeAssistant::SERVER, $url);
			}
			$this->assertStringContainsString($preset['name'], OAuthBridgePresets::renderChoice($key));
			$this->assertNotSame('', OAuthBridgePresets::renderHints($key));
		}
	}

	private function microsoft()
	{
		return array(
			'provider' => 'MICROSOFT', 'label' => 'Sales', 'client_id' => self::GUID, 'tenant' => 'contoso.example', 'url' => '',
			'scopes' => 'openid,offline_access',
		);
	}
}
