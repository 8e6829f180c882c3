<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once MODULE.'/class/oauthbridgeclient.class.php';

/** A server other than the bridge may listen at the address. */
final class ForeignServerTest extends ModuleTestCase
{
	/** The API key. */
	const KEY = 'key-of-this-dolibarr';

	/** Head of an answer that holds JSON. */
	const JSON = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";

	public function testAnAnswerThatTheApiDoesNotPromiseIsRefused()
	{
		$answers = array(
			'HTML' => "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>",
			'broken JSON' => self::JSON."{\"access_token\":",
			'no object' => self::JSON."42",
			'no token' => self::JSON."{\"access_token\":null}",
			'a token over two lines' => self::JSON."{\"access_token\":\"a\\r\\nb\"}",
			'a redirect' => "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			'deep nesting' => self::JSON."{\"a\":".str_repeat('[', 50).str_repeat(']', 50).'}',
			'too much' => self::JSON."{\"access_token\":\"".str_repeat('x', 2 * 1024 * 1024).'"}',
			'an error without problem details' => "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\n"
				."Connection: close\r\n\r\nsecret-in-trace",
		);
		foreach ($answers as $what => $answer) {
			$server = new CannedServer($answer, array('key' => self::KEY));
			try {
				(new OAuthBridgeClient($server->address(), self::KEY))->getAccessToken(self::ENTRY);
				$this->fail($what.' was used.');
			} catch (OAuthBridgeException $e) {
				$this->assertSame('invalid_answer', $e->getProblemCode(), $what);
				$this->assertStringNotContainsString('secret-in-trace', $e->getMessage());
			} finally {
				$server->end();
			}
		}
	}

	public function testAProblemCarriesRetryAfter()
	{
		$head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 30\r\n"
			."Connection: close\r\n\r\n";
		$server = new CannedServer($head.'{"code":"provider_unavailable","detail":"later"}', array('key' => self::KEY));
		try {
			(new OAuthBridgeClient($server->address(), self::KEY))->getAccessToken(self::ENTRY);
			$this->fail('The problem was not thrown.');
		} catch (OAuthBridgeException $e) {
			$problem = array($e->getProblemCode(), $e->getDetail(), $e->getHttpStatus(), $e->getRetryAfter());
			$this->assertSame(array('provider_unavailable', 'later', 503, 30), $problem);
		} finally {
			$server->end();
		}
	}

	public function testTheClientUsesAUnixSocket()
	{
		$path = sys_get_temp_dir().'/oauthbridge-test-'.getmypid().'.sock';
		$server = new CannedServer(self::JSON."{\"access_token\":\"abc\"}", array('listen' => 'unix://'.$path, 'key' => self::KEY));
		try {
			$this->assertSame('abc', (new OAuthBridgeClient($path, self::KEY))->getAccessToken(self::ENTRY));
		} finally {
			$server->end();
			@unlink($path);
		}
	}
}
