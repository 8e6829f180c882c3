<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

use PHPUnit\Framework\TestCase;

require_once MODULE.'/class/client/oauthbridgeaddress.class.php';

/** Which addresses of the bridge the module accepts. */
final class AddressTest extends TestCase
{
	public function testAnAddressOfThisMachineIsAccepted()
	{
		$addresses = array(
			'' => 'http://127.0.0.1:8765',
			'auto' => 'http://127.0.0.1:8765',
			'127.0.0.1:8765' => 'http://127.0.0.1:8765',
			'localhost:9000' => 'http://localhost:9000',
			'http://127.0.0.1:8765/i/acme' => 'http://127.0.0.1:8765/i/acme',
			'http://127.0.0.1:8765/i/-a' => 'http://127.0.0.1:8765/i/-a',
			' http://127.0.0.1:8765/ ' => 'http://127.0.0.1:8765',
			'http://127.1.2.3' => 'http://127.1.2.3',
			'HTTP://LOCALHOST:80' => 'http://localhost:80',
			'http://[::1]:65535' => 'http://[::1]:65535',
			'/run/bridge.sock' => 'unix:/run/bridge.sock',
			'unix:/run/bridge.sock' => 'unix:/run/bridge.sock',
			'unix:///run/bridge.sock' => 'unix:/run/bridge.sock',
		);
		foreach ($addresses as $text => $expected) {
			$this->assertSame($expected, (string) OAuthBridgeAddress::parse($text, '/nonexistent/bridge.sock'), $text);
		}
	}

	public function testAutoIsThePackagesSocketWhereItIsThere()
	{
		$path = sys_get_temp_dir().'/oauthbridge-auto-'.getmypid().'.sock';
		$server = stream_socket_server('unix://'.$path);
		try {
			$this->assertSame('unix:'.$path, (string) OAuthBridgeAddress::parse('', $path));
			$this->assertSame('unix:'.$path, (string) OAuthBridgeAddress::parse('auto', $path));
		} finally {
			fclose($server);
			@unlink($path);
		}
		touch($path);
		$this->assertSame('http://127.0.0.1:8765', (string) OAuthBridgeAddress::parse('', $path), 'a file is no socket');
		unlink($path);
	}

	public function testAnAddressSaysHowToConnect()
	{
		$expected = array(
			'http://127.0.0.1:8765/i/acme' => array('tcp://127.0.0.1:8765', '127.0.0.1:8765', '/i/acme'),
			'http://[::1]' => array('tcp://[::1]:80', '[::1]', ''),
			'/run/bridge.sock' => array('unix:///run/bridge.sock', 'localhost', ''),
		);
		foreach ($expected as $text => $parts) {
			$address = OAuthBridgeAddress::parse($text);
			$this->assertSame($parts, array($address->getRemote(), $address->getHost(), $address->getPrefix()), $text);
		}
	}

	public function testASocketThatThisUserOrAnyoneCanReplaceIsNotProtected()
	{
		$path = sys_get_temp_dir().'/oauthbridge-owner-'.getmypid().'.sock';
		$server = stream_socket_server('unix://'.$path);
		try {
			$this->assertFalse(OAuthBridgeAddress::parse($path)->isProtectedSocket(), 'its owner is this process\'s user');
			if (posix_geteuid() === 0) {
				chown($path, 65534);
				clearstatcache();
				$this->assertFalse(OAuthBridgeAddress::parse($path)->isProtectedSocket(), 'anybody may write to its folder');
			}
		} finally {
			fclose($server);
			@unlink($path);
		}
		$this->assertFalse(OAuthBridgeAddress::parse('http://127.0.0.1:8765')->isProtectedSocket());
	}

	public function testAnyOtherAddressIsRefused()
	{
		$addresses = array(
			'https://127.0.0.1:8765', 'http://192.168.1.2:8765', 'http://example.com', 'http://127.0.0.1.example.com',
			'http://127.0.0.1@example.com', 'http://user:pass@127.0.0.1', 'http://127.0.0.1:8765/path',
			'http://127.0.0.1:8765/i/', 'http://127.0.0.1:8765/i/../x', 'http://127.0.0.1:8765/i/ACME', 'http://127.0.0.1?x=1',
			'http://127.0.0.1#x', 'http://127.0.0.256', 'http://127.0.0.1:0', 'http://127.0.0.1:65536', 'http://[::2]',
			'http://localhost.example.com', "http://127.0.0.1\r\nX: y", 'http://0.0.0.0', 'http://2130706433', 'file:///etc/passwd',
			'gopher://127.0.0.1', 'run/bridge.sock', '/run/../etc/x.sock', '/run/bridge.sock/', "/run/\0x.sock",
			'/'.str_repeat('x', 107), 'unix:',
		);
		foreach ($addresses as $text) {
			try {
				$address = OAuthBridgeAddress::parse($text);
				$this->fail($text.' was accepted as '.$address);
			} catch (InvalidArgumentException $e) {
				$this->assertMatchesRegularExpression('/^The (address|socket) must be/', $e->getMessage());
			}
		}
	}
}
