<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once MODULE.'/class/oauthbridgeclient.class.php';

/** What listens at the address may be something else than the bridge. */
final class ImpostorTest extends ModuleTestCase
{
	public function testAnAnswerThatIsNotTheBridgesIsNotUsed()
	{
		$answers = array(
			'HTML' => "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>",
			'broken JSON' => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"access_token\":",
			'no object' => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n42",
			'no token' => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"access_token\":null}",
			'a token over two lines' => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"access_token\":\"a\\r\\nb\"}",
			'a redirect' => "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			'deep nesting' => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"a\":".str_repeat('[', 50).str_repeat(']', 50).'}',
			'too much' => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"access_token\":\"".str_repeat('x', 2 * 1024 * 1024).'"}',
			'an error that is no problem' => "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nsecret-in-trace",
		);
		foreach ($answers as $what => $answer) {
			$impostor = new Impostor($answer);
			try {
				(new OAuthBridgeClient($impostor->address()))->getAccessToken(self::ENTRY);
				$this->fail($what.' was used.');
			} catch (OAuthBridgeException $e) {
				$this->assertSame('invalid_answer', $e->getProblemCode(), $what);
				$this->assertStringNotContainsString('secret-in-trace', $e->getMessage());
			} finally {
				$impostor->end();
			}
		}
	}

	public function testARefusalTellsHowLongToWait()
	{
		$impostor = new Impostor("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 30\r\nConnection: close\r\n\r\n"
			.'{"code":"provider_unavailable","detail":"later"}');
		try {
			(new OAuthBridgeClient($impostor->address()))->getAccessToken(self::ENTRY);
			$this->fail('That was a refusal.');
		} catch (OAuthBridgeException $e) {
			$this->assertSame(array('provider_unavailable', 'later', 503, 30), array($e->getProblemCode(), $e->getDetail(), $e->getHttpStatus(), $e->getRetryAfter()));
		} finally {
			$impostor->end();
		}
	}

	public function testTheBridgeIsAskedOverAUnixSocketToo()
	{
		$path = sys_get_temp_dir().'/oauthbridge-test-'.getmypid().'.sock';
		$impostor = new Impostor("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"access_token\":\"abc\"}", 'unix://'.$path);
		try {
			$this->assertSame('abc', (new OAuthBridgeClient($path))->getAccessToken(self::ENTRY));
		} finally {
			$impostor->end();
			@unlink($path);
		}
	}
}
