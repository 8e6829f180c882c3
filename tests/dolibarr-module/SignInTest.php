<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

use PHPUnit\Framework\TestCase;

require_once __DIR__.'/doubles/login.php';
require_once MODULE.'/class/login/oauthbridgesignin.class.php';
require_once MODULE.'/class/login/oauthbridgeloginpage.class.php';
require_once MODULE.'/core/login/functions_oauthbridge.php';

/** Sign-ins in a PHP session: what it keeps, and for how long. */
final class SignInTest extends TestCase
{
	const NOW = 1800000000;

	/** @var object Double of the client: records its calls */
	private $client;

	protected function setUp(): void
	{
		$_SESSION = $_GET = $_POST = array();
		$GLOBALS['langs'] = new Translate();
		$GLOBALS['conf'] = new Conf();
		$GLOBALS['conf']->file->main_authentication = 'dolibarr, oauthbridge';
		$GLOBALS['conf']->modules['oauthbridge'] = 'oauthbridge';
		$this->client = new class {
			public $options;
			public $callback;
			public $url = 'https://login.example.com/authorize?state=s';
			public $more = array();
			private $count = 0;

			public function beginLogin($entry, array $options)
			{
				$this->options = $options;
				return array('authorization_url' => $this->url, 'state' => 'state-'.(++$this->count)) + $this->more;
			}

			public function finishLogin(array $callback)
			{
				$this->callback = $callback;
				return array('issuer' => 'i', 'subject' => 's');
			}
		};
	}

	public function testTheBridgeCountsByTheBrowsersAddressWhateverHeadersSayButNotByThatOfAProxyOfOnesOwn()
	{
		$before = $_SERVER;
		try {
			foreach (
				array(
					array(array('REMOTE_ADDR' => '203.0.113.5'), '203.0.113.5'),
					array(array('REMOTE_ADDR' => '203.0.113.5', 'HTTP_X_FORWARDED_FOR' => '198.51.100.7'), '203.0.113.5'),
					array(array('REMOTE_ADDR' => '203.0.113.5', 'HTTP_VIA' => '1.1 me', 'HTTP_FORWARDED' => 'for=1'), '203.0.113.5'),
					array(array('REMOTE_ADDR' => '::ffff:203.0.113.5'), '203.0.113.5'),
					array(array('REMOTE_ADDR' => '2a01:4f8::5'), '2a01:4f8::5'),
					array(array('REMOTE_ADDR' => '127.0.0.1'), null),
					array(array('REMOTE_ADDR' => '::1'), null),
					array(array('REMOTE_ADDR' => '::ffff:10.0.0.2'), null),
					array(array('REMOTE_ADDR' => '192.168.1.2', 'HTTP_X_FORWARDED_FOR' => '198.51.100.7'), null),
					array(array('REMOTE_ADDR' => 'fd00::2'), null),
					array(array(), null),
				) as list($server, $expected)
			) {
				$_SERVER = $server + array_diff_key($before, array('REMOTE_ADDR' => 1));
				$_SESSION = array();
				$this->begin($this->signIn());
				$this->assertSame($expected, $this->client->options['client_address'] ?? null);
			}
		} finally {
			$_SERVER = $before;
		}
	}

	public function testTheBridgeCountsBySessionThoughEachSignInHasABindingOfItsOwn()
	{
		$this->begin($this->signIn());
		$first = $this->client->options;
		$this->begin($this->signIn());
		$this->assertSame($first['session_key'], $this->client->options['session_key']);
		$this->assertNotSame($first['session_binding'], $this->client->options['session_binding']);
		$this->assertStringNotContainsString($first['session_key'], serialize($_SESSION));

		$_SESSION = array();
		$this->begin($this->signIn());
		$this->assertNotSame($first['session_key'], $this->client->options['session_key'], 'another session');
	}

	public function testASignInIsBoundToTheSession()
	{
		$signIn = $this->signIn();
		$this->assertSame($this->client->url, $this->begin($signIn));
		$binding = $this->client->options['session_binding'];
		$record = $signIn->take(array('state' => 'state-1'));
		$signIn->finish($record, array('state' => 'state-1', 'code' => 'c'));

		$this->assertMatchesRegularExpression('/^[0-9a-f]{64}$/', $binding);
		$this->assertSame(array('state' => 'state-1', 'code' => 'c', 'session_binding' => $binding), $this->client->callback);
		$this->begin($signIn);
		$this->assertNotSame($binding, $this->client->options['session_binding']);
	}

	public function testWhatTheBridgeHasToRememberIsSentBackToIt()
	{
		$this->client->more = array('continuation' => 'sealed');
		$this->begin($this->signIn());
		$record = $this->signIn()->take(array('state' => 'state-1'));
		$this->signIn()->finish($record, array('state' => 'state-1', 'code' => 'c'));

		$this->assertSame('sealed', $this->client->callback['continuation']);
	}

	public function testDenyIsToldFromAFault()
	{
		$this->assertTrue(oauthbridgeIsDenied(array('error' => 'access_denied')));
		$this->assertFalse(oauthbridgeIsDenied(array('error' => 'server_error')));
		$this->assertFalse(oauthbridgeIsDenied(array('code' => 'access_denied')));
		$this->assertFalse(oauthbridgeIsDenied(null));
	}

	public function testAResponseIsAcceptedOnceAndInItsSessionOnly()
	{
		$this->begin($this->signIn());
		$session = $_SESSION;
		$_SESSION = array();
		$this->assertNull($this->signIn()->take(array('state' => 'state-1')));

		$_SESSION = $session;
		$this->assertNull($this->signIn()->take(array('state' => 'state-2')));
		$this->assertNull($this->signIn()->take(array('code' => 'c')));
		$this->assertNotNull($this->signIn()->take(array('state' => 'state-1')));
		$this->assertNull($this->signIn()->take(array('state' => 'state-1')));
	}

	public function testASignInExpiresAfterTenMinutes()
	{
		$this->begin($this->signIn());
		$this->assertNull($this->signIn(600)->take(array('state' => 'state-1')));
		$this->begin($this->signIn());
		$this->assertNotNull($this->signIn(599)->take(array('state' => 'state-2')));
	}

	public function testASessionRefusesAnEleventhSignInAndDropsNoneThatIsUnderWay()
	{
		for ($count = 0; $count < OAuthBridgePendingAuthorizations::MAX_PENDING; $count++) {
			$this->begin($this->signIn());
		}
		try {
			$this->begin($this->signIn(599));
			$this->fail('An eleventh was begun.');
		} catch (OAuthBridgeException $e) {
			$this->assertSame('too_many_requests', $e->getProblemCode());
		}

		$this->assertNotNull($this->signIn()->take(array('state' => 'state-1')), 'the oldest');
		$this->begin($this->signIn());
		$this->begin($this->signIn(600));
		$this->assertCount(1, $_SESSION[OAuthBridgeSignIn::PENDING], 'those older than ten minutes do not count');
	}

	/**
	 * @dataProvider badUrls
	 */
	public function testTheBrowserIsSentToAWebAddressOnly($url)
	{
		$this->client->url = $url;
		$this->expectException(OAuthBridgeException::class);
		$this->begin($this->signIn());
	}

	public static function badUrls()
	{
		return array(
			array('javascript:alert(1)'),
			array('//login.example.com'),
			array("https://login.example.com/\r\nSet-Cookie: a=b"),
			array(''),
			array(array('https://login.example.com')),
			array(null),
		);
	}

	public function testATicketIsValidOnce()
	{
		$ticket = $this->ticket();
		$this->assertSame('ada', $this->signIn(59)->redeemTicket($ticket, 1)['login']);
		$this->assertNull($this->signIn()->redeemTicket($ticket, 1));
	}

	public function testAWrongTicketInvalidatesTheRightOne()
	{
		$ticket = $this->ticket();
		$this->assertNull($this->signIn()->redeemTicket(strrev($ticket), 1));
		$this->assertNull($this->signIn()->redeemTicket($ticket, 1));
	}

	public function testATicketExpiresAfterAMinute()
	{
		$this->assertNull($this->signIn(60)->redeemTicket($this->ticket(), 1));
	}

	public function testATicketIsForOneEntityAndOneSession()
	{
		$this->assertNull($this->signIn()->redeemTicket($this->ticket(), 2));
		$ticket = $this->ticket();
		$_SESSION = array();
		$this->assertNull($this->signIn()->redeemTicket($ticket, 1));
		$this->assertNull($this->signIn()->redeemTicket('', 1));
	}

	public function testTheSessionDoesNotHoldTheTicketItself()
	{
		$this->assertStringNotContainsString($this->ticket(), serialize($_SESSION));
	}

	public function testOtherLoginsAreIgnored()
	{
		$_GET = array('afteroauthloginreturn' => 'oauthbridge', 'oauthbridge_ticket' => $this->ticket());
		$this->assertSame('', check_user_password_oauthbridge('ada', 'secret', 1, 'api'));
		$_GET['afteroauthloginreturn'] = 'google';
		$this->assertSame('', check_user_password_oauthbridge('ada', 'secret', 1));
		$this->assertArrayHasKey(OAuthBridgeSignIn::TICKET, $_SESSION);
		$this->assertArrayNotHasKey('dol_loginmesg', $_SESSION);
	}

	/**
	 * @dataProvider responses
	 */
	public function testAnAuthorizationResponseIsReadByteForByte($query, $expected)
	{
		$this->assertSame($expected, OAuthBridgePendingAuthorizations::readResponse($query));
	}

	public static function responses()
	{
		return array(
			array(
				'state=a%2Fb&code=4%2F0A+b&scope=email&iss=https%3A%2F%2Fi',
				array('state' => 'a/b', 'code' => '4/0A b', 'iss' => 'https://i'),
			),
			array('state=a&state=b&code=c', null),
			array('state=a&code=c&code=', null),
			array('state[]=a&code=c', array('code' => 'c')),
			array('state&code=c', null),
			array('code='.str_repeat('a', 5000), null),
			array('state=a&error=', array('state' => 'a')),
			array('', array()),
		);
	}

	/**
	 * @dataProvider pages
	 */
	public function testOnlyAPageOfThisDolibarrFollowsTheLogin($wanted, $expected)
	{
		$this->assertSame($expected, OAuthBridgeSignIn::backTo($wanted, '/dolibarr'));
	}

	public static function pages()
	{
		$good = array(
			array('/dolibarr/societe/card.php?id=3', '/dolibarr/societe/card.php?id=3'),
			array('/dolibarr/index.php', '/dolibarr/index.php'),
			array('/dolibarr/', '/dolibarr/index.php'),
			array('/dolibarr/user/card.php?id=3&action=delete&token=t&confirm=yes', '/dolibarr/user/card.php?id=3'),
			array('/dolibarr/index.php?entity=2&switchentity=2&loginfunction=x&id=3', '/dolibarr/index.php?id=3'),
			array('/dolibarr/index.php?x=https://evil.example', '/dolibarr/index.php?x=https%3A%2F%2Fevil.example'),
		);
		$bad = array(
			'', 'https://evil.example/', '//evil.example/a.php', '/\\evil.example', '/\\/evil.example/a.php', "/\t/evil.example/a.php",
			'/%09/evil.example/a.php', '/%5cevil.example/a.php', 'javascript:alert(1)', 'data:text/html,a', '/other/a.php',
			'/dolibarr.evil.example/a.php', '/dolibarr/../other/a.php', '/dolibarr//evil.example/a.php',
			"/dolibarr/a.php\r\nSet-Cookie: a=b", '/dolibarr/a.php/@evil.example', '/dolibarr/'.str_repeat('a', 3000).'.php',
			'@evil.example', '\\\\evil.example', '/dolibarr@evil.example/a.php', "/dolibarr/a\0.php",
		);
		foreach ($bad as $wanted) {
			$good[] = array($wanted, '/dolibarr/index.php');
		}
		return $good;
	}

	public function testThereIsAButtonForEachEntryLabelledLogin()
	{
		$this->constants(array(
			'OAUTH_GOOGLE-Login_ID' => 'id',
			'OAUTH_GENERIC-login_ID' => 'id',
			'OAUTH_GENERIC-login_URL' => 'https://login.example.com/realms/a',
			'OAUTH_MICROSOFT-Mail_ID' => 'id',
			'OAUTH_GITHUB-Login_ID' => 'id',
			'OAUTH_MICROSOFT-Login_ID' => '',
			'OAUTH_GOOGLE-Login_SECRET' => 'secret',
		));
		$_SERVER['PHP_SELF'] = '/dolibarr/index.php';
		$_SERVER['QUERY_STRING'] = 'a="><script>';
		$html = OAuthBridgeLoginPage::render();

		$this->assertSame(2, substr_count($html, '<button'));
		$this->assertStringContainsString('OAuthBridgeLoginWith Google', $html);
		$this->assertStringContainsString('OAuthBridgeLoginWith login.example.com', $html);
		$this->assertStringContainsString('method="POST"', $html);
		$this->assertStringContainsString('value="the-token"', $html);
		$this->assertStringNotContainsString('a="><script>', $html);
		$this->assertStringNotContainsString('secret', $html);
	}

	public function testWithoutTheModeInConfPhpThereIsNoButton()
	{
		$this->constants(array('OAUTH_GOOGLE-Login_ID' => 'id'));
		$GLOBALS['conf']->file->main_authentication = 'dolibarr';
		$this->assertSame('', OAuthBridgeLoginPage::render());
		$GLOBALS['conf']->file->main_authentication = 'dolibarr,oauthbridgex';
		$this->assertSame('', OAuthBridgeLoginPage::render());
	}

	public function testEveryLanguageHasEveryText()
	{
		$keys = static function ($file) {
			return array_map(static function ($line) {
				return array(explode('=', $line, 2)[0], substr_count($line, '%s'));
			}, preg_grep('/^[A-Z]/', file($file, FILE_IGNORE_NEW_LINES)));
		};
		$english = $keys(MODULE.'/langs/en_US/oauthbridgelogin.lang');
		foreach (array('fr_FR', 'es_ES', 'de_DE', 'it_IT') as $language) {
			$this->assertSame($english, $keys(MODULE.'/langs/'.$language.'/oauthbridgelogin.lang'), $language);
		}
	}

	private function signIn($later = 0)
	{
		return new OAuthBridgeSignIn($this->client, self::NOW + $later);
	}

	private function begin($signIn)
	{
		$record = array('purpose' => OAuthBridgeSignIn::LOGIN, 'back_to' => '/index.php');
		return $signIn->begin('GOOGLE-Login', 'https://erp.example.com/logincallback.php', $record);
	}

	private function ticket()
	{
		return $this->signIn()->issueTicket((object) array('rowid' => '7', 'login' => 'ada'), 1, array());
	}

	private function constants(array $values)
	{
		foreach ($values as $name => $value) {
			$GLOBALS['conf']->global->$name = $value;
		}
	}
}
