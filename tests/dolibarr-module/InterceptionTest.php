<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';

use OAuth\Common\Http\Client\AbstractClient;
use OAuth\Common\Http\Client\CurlClient;
use OAuth\Common\Http\Client\StreamClient;
use OAuth\Common\Http\Uri\UriInterface;

/** The bridge answers the refreshes of Dolibarr's OAuth library; stock code sends all other requests. */
final class InterceptionTest extends ModuleTestCase
{
	protected function setUp(): void
	{
		parent::setUp();
		require_once MODULE.'/oauthbridge_consts.php';
		require_once DOL_DOCUMENT_ROOT.'/includes/OAuth/bootstrap.php';
		AbstractClient::$sent = array();
	}

	public function testTheBridgeAnswersTheRefreshOfAnEntry()
	{
		foreach (array(new StreamClient(), new CurlClient()) as $client) {
			$this->stage->expire(self::ENTRY);

			$answer = json_decode($this->send($client, $this->refreshOf($this->refreshToken())), true);

			$this->assertSame('Bearer', $answer['token_type']);
			$this->assertSame($answer['access_token'], (new OAuthBridgeClient())->getAccessToken(self::ENTRY));
			$this->assertSame(1, $this->stage->refreshes());
			$this->assertSame(array(), AbstractClient::$sent);
		}
	}

	public function testASupersededRefreshTokenIsNotUsedAgain()
	{
		$this->stage->expire(self::ENTRY);
		$first = $this->refreshToken();
		$one = json_decode($this->send(new StreamClient(), $this->refreshOf($first)), true);

		$other = json_decode($this->send(new CurlClient(), $this->refreshOf($first)), true);

		$this->assertSame($one['access_token'], $other['access_token']);
		$this->assertSame(1, $this->stage->refreshes());
	}

	public function testOtherRequestsPassThroughUnchanged()
	{
		$this->stage->issue(self::ENTRY);
		$refresh = $this->refreshOf($this->refreshToken());
		$bodies = array(
			array('grant_type' => 'authorization_code', 'code' => 'x') + $refresh,
			array('client_id' => 'of-nobody') + $refresh,
			array('client_secret' => '') + $refresh,
			array('client_secret' => 'wrong') + $refresh,
			array('refresh_token' => 'unknown') + $refresh,
			array('refresh_token' => array('x')) + $refresh,
			http_build_query($refresh),
			array(),
			null,
		);
		foreach ($bodies as $body) {
			$this->assertSame('stock StreamClient', $this->send(new StreamClient(), $body));
			$this->assertSame($body, array_pop(AbstractClient::$sent));
		}
		$this->assertSame('stock CurlClient', $this->send(new CurlClient(), $refresh, 'GET'));
	}

	public function testTheBridgeIsNotAskedAboutAClientOfNoEntry()
	{
		$this->set('OAUTHBRIDGE_ADDRESS', self::NOT_LISTENING);

		$this->assertSame('stock StreamClient', $this->send(new StreamClient(), array('client_id' => 'of-nobody') + $this->refreshOf('x')));

		$this->assertSame(array(), Log::warnings());
	}

	public function testTheBridgeIsNotAskedWhereItIsSwitchedOff()
	{
		$this->stage->issue(self::ENTRY);
		$refresh = $this->refreshOf($this->refreshToken());

		$this->set('OAUTHBRIDGE_INTERCEPT_REFRESH', '0');
		$this->assertSame('stock StreamClient', $this->send(new StreamClient(), $refresh));

		$this->set('OAUTHBRIDGE_INTERCEPT_REFRESH', '1');
		unset($GLOBALS['conf']->modules['oauthbridge']);
		$this->assertSame('stock StreamClient', $this->send(new StreamClient(), $refresh));
	}

	public function testStockCodeRefreshesWhileTheBridgeIsDownWithOneWarning()
	{
		$this->stage->issue(self::ENTRY);
		$refresh = $this->refreshOf($this->refreshToken());
		$this->set('OAUTHBRIDGE_ADDRESS', self::NOT_LISTENING);

		$this->assertSame('stock StreamClient', $this->send(new StreamClient(), $refresh));
		$this->assertSame('stock CurlClient', $this->send(new CurlClient(), $refresh));

		$this->assertCount(1, Log::warnings());
		$this->assertStringNotContainsString($refresh['refresh_token'], implode(Log::warnings()));
	}

	public function testAnEndedGrantIsNotSentToTheProviderAgain()
	{
		$this->stage->expire(self::ENTRY);
		$refresh = $this->refreshOf($this->refreshToken());
		$this->stage->revoke(self::ENTRY);

		$answer = json_decode($this->send(new StreamClient(), $refresh), true);

		$this->assertSame('invalid_grant', $answer['error']);
		$this->assertDoesNotMatchRegularExpression('/[<>]/', $answer['error_description']);
		$this->assertArrayNotHasKey('access_token', $answer);
		$this->assertSame(array(), AbstractClient::$sent);
	}

	public function testTheButtonOfDolibarrsPageRefreshesATokenThatIsStillGoodOrSaysWhyNot()
	{
		$this->stage->issue(self::ENTRY);
		$before = (new OAuthBridgeClient())->getAccessToken(self::ENTRY);
		$script = $_SERVER['SCRIPT_NAME'];
		try {
			$answer = json_decode($this->send(new CurlClient(), $this->refreshOf($this->refreshToken())), true);
			$this->assertSame($before, $answer['access_token']);

			$_SERVER['SCRIPT_NAME'] = '/dolibarr/admin/oauthlogintokens.php';
			$_GET = array('action' => 'refreshtoken', 'service' => self::SERVICE);
			$answer = json_decode($this->send(new CurlClient(), $this->refreshOf($this->refreshToken())), true);
			$this->assertNotSame($before, $answer['access_token']);
			$this->assertSame(1, $this->stage->refreshes());

			$this->stage->revoke(self::ENTRY);
			$answer = json_decode($this->send(new CurlClient(), $this->refreshOf($this->refreshToken())), true);
			$this->assertSame('consent_required', $answer['error']);
			$this->assertArrayNotHasKey('access_token', $answer);
			$this->assertSame(array(), AbstractClient::$sent);
		} finally {
			$_SERVER['SCRIPT_NAME'] = $script;
			$_GET = array();
		}
	}

	/** Sends a request as the library's services do. */
	private function send($client, $body, $method = 'POST')
	{
		$endpoint = new class implements UriInterface {
		};
		return $client->retrieveResponse($endpoint, $body, array(), $method);
	}

	/** What the library sends to refresh. */
	private function refreshOf($refreshToken)
	{
		return array(
			'grant_type' => 'refresh_token',
			'type' => 'web_server',
			'client_id' => getDolGlobalString('OAUTH_'.self::ENTRY.'_ID'),
			'client_secret' => getDolGlobalString('OAUTH_'.self::ENTRY.'_SECRET'),
			'refresh_token' => $refreshToken,
		);
	}

	/** The refresh token in the entry's row. */
	private function refreshToken()
	{
		preg_match('/refreshToken";s:\d+:"([^"]+)"/', dolDecrypt($this->row()), $parts);
		return $parts[1];
	}
}
