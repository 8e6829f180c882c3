<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once MODULE.'/class/oauthbridgeclient.class.php';

/** The client of the bridge's API, against the real sidecar. */
final class ClientTest extends ModuleTestCase
{
	public function testGetTokenRefreshesAnExpiredToken()
	{
		$this->stage->expire(self::ENTRY);

		$token = (new OAuthBridgeClient())->getToken(self::ENTRY, 60);

		$this->assertSame(self::SERVICE, $token['service']);
		$this->assertSame('Bearer', $token['token_type']);
		$this->assertGreaterThan(60, $token['expires_in']);
		$this->assertSame($token['access_token'], (new OAuthBridgeClient())->getAccessToken(self::SERVICE));
		$this->assertSame(1, $this->stage->refreshes());
	}

	public function testTheXoauth2StringHoldsMailboxAndToken()
	{
		$this->stage->issue(self::ENTRY);
		$client = new OAuthBridgeClient();

		$expected = "user=me@example.com\x01auth=Bearer ".$client->getAccessToken(self::ENTRY)."\x01\x01";

		$this->assertSame($expected, base64_decode($client->getXOAuth2String(self::ENTRY, 'me@example.com'), true));
		$this->assertProblem('invalid_request', static function () use ($client) {
			$client->getXOAuth2String(self::ENTRY, "me@example.com\x01auth=Bearer x");
		});
	}

	public function testAForcedRefreshReturnsANewToken()
	{
		$this->stage->issue(self::ENTRY);
		$client = new OAuthBridgeClient();

		$this->assertNotSame($client->getAccessToken(self::ENTRY), $client->refresh(self::ENTRY)['access_token']);
	}

	public function testEntriesReportTheirStateWithoutSecrets()
	{
		$this->stage->issue(self::ENTRY);
		$client = new OAuthBridgeClient();
		$token = $client->getAccessToken(self::ENTRY);

		$entries = array_column($client->getEntries(), null, 'entry');

		$this->assertSame('valid', $entries[self::ENTRY]['token']['status']);
		$this->assertSame($entries[self::ENTRY]['client_id'], $client->getEntry(self::ENTRY)['client_id']);
		$this->assertStringNotContainsString($token, json_encode($entries));
	}

	public function testRevokeDeletesTheToken()
	{
		$this->stage->issue(self::ENTRY);
		$client = new OAuthBridgeClient();

		$this->assertContains($client->revoke(self::ENTRY, true), array('revoked', 'not_offered', 'failed'));

		$this->assertProblem('token_not_found', static function () use ($client) {
			$client->getAccessToken(self::ENTRY);
		});
	}

	public function testAProblemHasCodeStatusAndDetail()
	{
		$e = $this->assertProblem('entry_not_found', static function () {
			(new OAuthBridgeClient())->getAccessToken('GOOGLE-Nobody');
		});

		$this->assertSame(404, $e->getHttpStatus());
		$this->assertStringContainsString('MICROSOFT-Office', $e->getDetail());
	}

	public function testAnInvalidEntryNameIsRefusedWithoutARequest()
	{
		foreach (array('', '..', '../token', 'a/b', "GOOGLE-Mail\r\nX: y", '-Mail', null) as $name) {
			$this->assertProblem('invalid_request', static function () use ($name) {
				(new OAuthBridgeClient(self::NOT_LISTENING))->getAccessToken($name);
			});
		}
	}

	public function testAWrongKeyIsRefusedAndNotPrinted()
	{
		// A bridge with another key cannot be told from another server.
		$e = $this->assertProblem('impostor', static function () {
			(new OAuthBridgeClient(null, 'wrong-key-0815'))->getEntries();
		});
		$this->assertStringNotContainsString('wrong-key-0815', (string) $e);
		$this->assertProblem('unauthorized', static function () {
			(new OAuthBridgeClient(self::NOT_LISTENING, ''))->getEntries();
		});
		$this->assertProblem('unauthorized', static function () {
			(new OAuthBridgeClient(self::NOT_LISTENING, "key\r\nX: y"))->getEntries();
		});
	}

	public function testPrintingTheClientOrAnExceptionShowsNoSecret()
	{
		$client = new OAuthBridgeClient(self::NOT_LISTENING, 'the-api-key');
		try {
			$client->finishConsent(array('state' => 'the-state', 'code' => 'the-code', 'session_binding' => 'the-binding'));
			$this->fail('There is nobody to answer.');
		} catch (OAuthBridgeUnreachableException $e) {
			// PHP before 8.2 cannot keep arguments out of traces, so only the message is checked there.
			$printed = print_r($client, true).$e->getMessage().(PHP_VERSION_ID >= 80200 ? print_r($e->getTrace(), true) : '');
		}

		$this->assertDoesNotMatchRegularExpression('/the-(api-key|state|code|binding)/', $printed);
	}

	public function testABridgeThatIsDownIsUnreachable()
	{
		foreach (array(self::NOT_LISTENING, 'unix:/nonexistent/bridge.sock', 'http://example.com') as $address) {
			$e = $this->assertProblem('unreachable', static function () use ($address) {
				(new OAuthBridgeClient($address))->getAccessToken(self::ENTRY);
			});
			$this->assertInstanceOf(OAuthBridgeUnreachableException::class, $e);
		}
	}

	public function testProxiesOfTheEnvironmentAreIgnored()
	{
		$this->stage->issue(self::ENTRY);
		putenv('http_proxy='.self::NOT_LISTENING);
		putenv('ALL_PROXY='.self::NOT_LISTENING);
		try {
			$this->assertNotSame('', (new OAuthBridgeClient())->getAccessToken(self::ENTRY));
		} finally {
			putenv('http_proxy');
			putenv('ALL_PROXY');
		}
	}

	public function testHealthReportsTheProblemAndNeverThrows()
	{
		$good = (new OAuthBridgeClient())->getHealth();
		$this->assertTrue($good['ready'] && $good['authorized']);
		$this->assertMatchesRegularExpression('/^\d+\.\d+\.\d+/', $good['version']);
		$this->assertNull($good['error']);

		$locked = (new OAuthBridgeClient(null, 'wrong'))->getHealth();
		$this->assertTrue($locked['ready']);
		$this->assertFalse($locked['authorized']);

		$down = (new OAuthBridgeClient(self::NOT_LISTENING))->getHealth();
		$this->assertFalse($down['reachable']);
		$this->assertStringContainsString('does not answer', $down['error']);

		$this->assertFalse((new OAuthBridgeClient('http://example.com'))->getHealth()['reachable']);
	}

	public function testAPageGivesUpOnABridgeThatAcceptsButDoesNotAnswer()
	{
		$mute = stream_socket_server('tcp://127.0.0.1:0');
		$client = new OAuthBridgeClient('http://'.stream_socket_get_name($mute, false));
		$start = microtime(true);
		try {
			$client->getEntries(50);
			$this->fail('Nobody answers.');
		} catch (OAuthBridgeUnreachableException $e) {
			$this->assertFalse($client->getHealth()['reachable']);
		}
		$this->assertLessThan(OAuthBridgeTransport::TOTAL_TIMEOUT / 1000, microtime(true) - $start);
	}

	/** @return OAuthBridgeException What was thrown */
	private function assertProblem($code, callable $request)
	{
		try {
			$request();
		} catch (OAuthBridgeException $e) {
			$this->assertSame($code, $e->getProblemCode(), $e->getDetail());
			return $e;
		}
		$this->fail('Nothing was thrown instead of '.$code.'.');
	}
}
