<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once MODULE.'/class/client/oauthbridgegateway.class.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/events.class.php';

/** A server that cannot prove that it is the bridge is told nothing. */
final class ImpostorTest extends ModuleTestCase
{
	/** The API key. */
	const KEY = 'key-of-this-dolibarr';

	/** What the impostor would answer. */
	const ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"access_token\":\"abc\"}";

	/** A refresh of Dolibarr's own code. */
	const FORM = array(
		'grant_type' => 'refresh_token', 'client_id' => 'id',
		'client_secret' => 'the-client-secret', 'refresh_token' => 'the-refresh-token',
	);

	public function testNothingSecretIsSentBeforeTheProof()
	{
		foreach ($this->secretCalls() as $what => $call) {
			$server = new CannedServer(self::ANSWER, array('key' => 'another key'));
			$this->assertSame('impostor', $this->codeOf($server, $call), $what);
			$heard = implode("\n", $server->end());
			$this->assertStringStartsWith('GET /v1/identity?nonce=', $heard, $what);
			$this->assertSame(1, substr_count($heard, "\r\n\r\n"), $what.': nothing but the question');
			$this->assertDoesNotMatchRegularExpression('/key-of-this|the-(client-secret|refresh-token|code|binding)/', $heard, $what);
		}
	}

	public function testWhateverIsNoProofIsAnImpostors()
	{
		$problem = '{"type":"about:blank","status":%d,"code":"%s","detail":"the-words-of-a-stranger"}';
		$answers = array(
			'database away' => self::refusal(503, sprintf($problem, 503, 'store_unavailable')),
			'not writable' => self::refusal(503, sprintf($problem, 503, 'store_not_writable')),
			'no key' => self::refusal(401, sprintf($problem, 401, 'unauthorized')),
			'a fault' => self::refusal(500, sprintf($problem, 500, 'internal_error')),
			'another code' => self::refusal(409, sprintf($problem, 409, 'consent_required')),
			'not found' => self::refusal(404, sprintf($problem, 404, 'not_found')),
			'a page' => self::refusal(500, '<html>', 'text/html'),
			'a good answer without proof' => self::refusal(200, sprintf($problem, 200, 'store_unavailable')),
			'no HTTP' => "SSH-2.0-the-words-of-a-stranger\r\n\r\n",
			'too much' => "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
		);
		foreach ($answers as $what => $answer) {
			foreach ($this->secretCalls() as $call) {
				$server = new CannedServer(self::ANSWER, array('identity' => $answer));
				$this->assertSame('impostor', $this->codeOf($server, $call), $what);
				$this->assertSame(1, substr_count(implode("\n", $server->end()), "\r\n\r\n"), $what.': nothing but the question');
			}
		}
		$this->assertStringNotContainsString('the-words-of-a-stranger', implode(Log::warnings()));
	}

	public function testWhoImitatesABridgeWhoseDatabaseIsAwayRaisesTheAlarm()
	{
		Events::$written = array();
		$body = '{"type":"about:blank","status":503,"code":"store_unavailable","detail":"the-words-of-a-stranger"}';
		$server = new CannedServer(self::refusal(503, $body), array('identity' => self::refusal(503, $body)));
		$this->set('OAUTHBRIDGE_ADDRESS', $server->address());

		OAuthBridgeGateway::ask('sending mail', static function (OAuthBridgeClient $client) {
			return $client->getAccessToken(self::ENTRY);
		});
		$health = (new OAuthBridgeClient())->getHealth();
		$server->end();

		$this->assertTrue(OAuthBridgeGateway::isPaused(), 'as when the bridge is down');
		$this->assertCount(1, Events::$written);
		$this->assertStringStartsWith('OAUTHBRIDGE_IMPOSTOR: ', Events::$written[0]);
		$this->assertStringContainsString('database away', substr(Events::$written[0], 0, 250), 'what Dolibarr keeps of an event');
		$this->assertTrue(OAuthBridgeMarker::isSet(OAuthBridgeAlarm::UNTOLD_IMPOSTOR));
		$this->assertSame(array('impostor', false), array($health['code'], $health['ready']), 'it says of itself that it is a bridge');
		$this->assertStringNotContainsString('the-words-of-a-stranger', $health['error'].implode(Log::warnings()));
	}

	public function testAServerThatClosesAfterTheProofGetsNothingOnAnyConnection()
	{
		// It forwards the question to the real bridge, say, or was the real bridge: the proof is right, and then somebody else listens.
		foreach ($this->secretCalls() as $what => $call) {
			$server = new CannedServer(self::ANSWER, array('key' => self::KEY, 'close' => true));
			$this->assertSame('unreachable', $this->codeOf($server, $call), $what);
			$heard = $server->end();
			$this->assertCount(1, $heard, $what.': no second connection');
			$this->assertDoesNotMatchRegularExpression('/key-of-this|the-(client-secret|refresh-token|code|binding)/', $heard[0], $what);
		}
	}

	public function testAfterARestartTheServerProvesItselfAgain()
	{
		$server = new CannedServer(self::ANSWER, array('key' => self::KEY)); // closes the connection after each answer
		$client = new OAuthBridgeClient($server->address(), self::KEY);
		$client->getAccessToken(self::ENTRY);
		usleep(1000);
		$client->getAccessToken(self::ENTRY);

		$heard = $server->end();
		$this->assertCount(2, $heard);
		foreach ($heard as $connection) {
			$this->assertStringStartsWith('GET /v1/identity?nonce=', $connection);
			$this->assertStringContainsString('Authorization: Bearer '.self::KEY, $connection);
		}
	}

	public function testEachKeyIsProvedOnItsOwn()
	{
		(new OAuthBridgeClient($this->stage->bridge()))->getEntries(); // the real bridge proves the real key on this connection
		try {
			(new OAuthBridgeClient($this->stage->bridge(), self::KEY))->getEntries();
			$this->fail('Another key was sent on it.');
		} catch (OAuthBridgeUnreachableException $e) {
			$this->assertSame('impostor', $e->getProblemCode());
		}
	}

	public function testOneConnectionServesAProcess()
	{
		$transport = new OAuthBridgeTransport(OAuthBridgeAddress::parse($this->stage->bridge()));
		$transport->send('GET', '/healthz');
		$other = new OAuthBridgeTransport(OAuthBridgeAddress::parse($this->stage->bridge()));
		$kept = new ReflectionProperty('OAuthBridgeTransport', 'connections');
		$kept->setAccessible(true);
		$first = $kept->getValue()[$this->stage->bridge()];
		$other->send('GET', '/healthz');

		$this->assertSame($first, $kept->getValue()[$this->stage->bridge()]);
	}

	public function testMailGoesOnAndTheEventIsWrittenOnce()
	{
		Events::$written = array();
		$server = new CannedServer(self::ANSWER, array('key' => 'another key'));
		$this->set('OAUTHBRIDGE_ADDRESS', $server->address());
		$ask = static function (OAuthBridgeClient $client) {
			return $client->getAccessToken(self::ENTRY);
		};

		$this->assertNull(OAuthBridgeGateway::ask('sending mail', $ask));
		$this->assertTrue(OAuthBridgeGateway::isPaused(), 'as when the bridge is down');
		$this->assertNull(OAuthBridgeGateway::ask('sending mail', $ask));
		$this->assertCount(1, $server->end());

		$this->assertCount(1, Events::$written);
		$this->assertStringStartsWith('OAUTHBRIDGE_IMPOSTOR: ', Events::$written[0]);
		$this->assertStringContainsString('impostor: ', Log::warnings()[0]);

		$bridge = new class {
			public $told = 0;

			public function reportImpostor()
			{
				$this->told++;
			}
		};
		OAuthBridgeAlarm::tellBridge($bridge);
		OAuthBridgeAlarm::tellBridge($bridge);
		$this->assertSame(1, $bridge->told, 'The true bridge hears of it once it answers again.');
	}

	public function testABridgeThatHangsCostsLittleAndOnceForAllProcesses()
	{
		$server = new CannedServer('', array('key' => self::KEY)); // proves itself, then says nothing
		$this->set('OAUTHBRIDGE_ADDRESS', $server->address());
		$this->set('OAUTHBRIDGE_API_KEY', self::KEY);
		$asked = 0;
		$ask = static function (OAuthBridgeClient $client) use (&$asked) {
			$asked++;
			$client->setTimeout(50);
			return $client->getAccessToken(self::ENTRY);
		};

		OAuthBridgeGateway::ask('sending mail', $ask);
		$own = new ReflectionProperty('OAuthBridgeMarker', 'own');
		$own->setAccessible(true);
		$own->setValue(null, array()); // as another process
		OAuthBridgeGateway::ask('sending mail', $ask);
		$server->end();

		$this->assertSame(1, $asked);
		$this->assertStringContainsString('it took too long', Log::warnings()[0]);
	}

	/** @return string The bytes of an answer */
	private static function refusal($status, $body, $type = 'application/problem+json')
	{
		return 'HTTP/1.1 '.$status." Refused\r\nContent-Type: ".$type."\r\nContent-Length: ".strlen($body)."\r\n\r\n".$body;
	}

	/** @return array<string,callable> Calls that send something secret */
	private function secretCalls()
	{
		return array(
			'API key' => static function (OAuthBridgeClient $client) {
				$client->getAccessToken(self::ENTRY);
			},
			'refresh token' => static function (OAuthBridgeClient $client) {
				$client->redeemRefreshToken(self::FORM);
			},
			'sign-in answer' => static function (OAuthBridgeClient $client) {
				$client->finishLogin(array('state' => 's', 'code' => 'the-code', 'session_binding' => 'the-binding'));
			},
		);
	}

	/** @return string The problem code that a call ends with */
	private function codeOf(CannedServer $server, callable $call)
	{
		try {
			$call(new OAuthBridgeClient($server->address(), self::KEY));
		} catch (OAuthBridgeException $e) {
			return $e->getProblemCode();
		}
		return 'none';
	}
}
