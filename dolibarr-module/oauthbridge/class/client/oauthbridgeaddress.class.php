<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgeaddress.class.php
 * \ingroup    oauthbridge
 * \brief      Where the sidecar listens
 */

/**
 * The sidecar's address: loopback or a unix socket only, since the API key and tokens are sent unencrypted.
 */
class OAuthBridgeAddress
{
	/** What the sidecar listens on by default. */
	const DEFAULT_ADDRESS = 'http://127.0.0.1:8765';

	/** The unix socket of the Debian package (packaging/systemd). */
	const PACKAGE_SOCKET = '/run/dolibarr-oauth-bridge/bridge.sock';

	/** What stands for PACKAGE_SOCKET where the web server can use it, otherwise for DEFAULT_ADDRESS. So does an empty address. */
	const AUTO = 'auto';

	/** Longest path of a unix socket, in bytes: sun_path of Linux (108) without the final zero byte. */
	const MAX_SOCKET_PATH = 107;

	/** @var string Base URL without a final slash */
	private $baseUrl;

	/** @var string|null Absolute path of the unix socket; null for TCP */
	private $socketPath;

	/**
	 * @param string      $baseUrl    Base URL without a final slash
	 * @param string|null $socketPath Absolute path of the unix socket; null for TCP
	 */
	private function __construct($baseUrl, $socketPath)
	{
		$this->baseUrl = $baseUrl;
		$this->socketPath = $socketPath;
	}

	/**
	 * Parses an address as an administrator types it: auto, http://127.0.0.1:8765, 127.0.0.1:8765, http://[::1]:8765,
	 * http://localhost:8765, unix:/run/dolibarr-oauth-bridge/bridge.sock or the socket's path alone. A bridge that serves several
	 * Dolibarrs takes the name of this one's instance after a TCP address: http://127.0.0.1:8765/i/NAME.
	 *
	 * @param  string $text          What was typed
	 * @param  string $packageSocket The socket that auto stands for where it is there
	 * @return OAuthBridgeAddress The address
	 * @throws InvalidArgumentException Not an address of this machine; the message gives examples
	 */
	public static function parse($text, $packageSocket = self::PACKAGE_SOCKET)
	{
		$text = trim($text);
		if ($text === '' || strtolower($text) === self::AUTO) {
			$text = @is_writable($packageSocket) && @filetype($packageSocket) === 'socket' ? $packageSocket : self::DEFAULT_ADDRESS;
		}

		$path = preg_replace('~^unix:(//(?=/))?~', '', $text);
		if (substr($path, 0, 1) === '/') {
			$isTooLong = strlen($path) > self::MAX_SOCKET_PATH;
			if ($isTooLong || preg_match('~[\x00-\x1f\x7f]|/\.\.(/|$)~', $path) || substr($path, -1) === '/') {
				throw new InvalidArgumentException(
					'The socket must be an absolute path of at most '.self::MAX_SOCKET_PATH.' bytes, without "..".'
				);
			}
			return new self('http://localhost', $path);
		}

		$pattern = '~^(?:http://)?(127(?:\.\d{1,3}){3}|\[::1\]|localhost)(?::(\d{1,5}))?(?-i:(/i/[a-z0-9-]{1,40}))?/?$~iD';
		if (
			!preg_match($pattern, $text, $parts)
			|| ($parts[1][0] === '1' && filter_var($parts[1], FILTER_VALIDATE_IP, FILTER_FLAG_IPV4) === false)
			|| (!empty($parts[2]) && ((int) $parts[2] < 1 || (int) $parts[2] > 65535))
			|| (isset($parts[2]) && $parts[2] !== '' && (int) $parts[2] === 0)
		) {
			throw new InvalidArgumentException(
				'The address must be on this machine: '.self::DEFAULT_ADDRESS
				.', or the path of a unix socket such as '.self::PACKAGE_SOCKET.'.'
			);
		}
		$port = empty($parts[2]) ? '' : ':'.(int) $parts[2];
		return new self('http://'.strtolower($parts[1]).$port.($parts[3] ?? ''), null);
	}

	/**
	 * What to connect to.
	 *
	 * @return string As stream_socket_client takes it: tcp://HOST:PORT or unix://PATH
	 */
	public function getRemote()
	{
		if ($this->socketPath !== null) {
			return 'unix://'.$this->socketPath;
		}
		$host = $this->getHost();
		return 'tcp://'.$host.(preg_match('/:\d+$/D', $host) ? '' : ':80');
	}

	/**
	 * The host of requests.
	 *
	 * @return string Value of the header Host
	 */
	public function getHost()
	{
		return explode('/', substr($this->baseUrl, strlen('http://')))[0];
	}

	/**
	 * What every path begins with.
	 *
	 * @return string /i/NAME where the address names an instance; otherwise empty
	 */
	public function getPrefix()
	{
		return (string) strstr(substr($this->baseUrl, strlen('http://')), '/');
	}

	/**
	 * Whether only another user than this process's can listen at the address, so that whoever listens there need not prove anything: a
	 * unix socket of another user, in folders that only root and that user can change.
	 *
	 * @return bool True if so; false for TCP, and where PHP cannot tell
	 */
	public function isProtectedSocket()
	{
		if ($this->socketPath === null || !function_exists('posix_geteuid')) {
			return false;
		}
		$owner = @fileowner($this->socketPath);
		if ($owner === false || $owner === posix_geteuid()) {
			return false;
		}
		for ($folder = dirname($this->socketPath); true; $folder = dirname($folder)) {
			$stat = @stat($folder);
			if ($stat === false || !in_array($stat['uid'], array(0, $owner), true) || ($stat['mode'] & 022) !== 0) {
				return false;
			}
			if ($folder === '/') {
				return true;
			}
		}
	}

	/**
	 * The unix socket.
	 *
	 * @return string|null Absolute path; null for TCP
	 */
	public function getSocketPath()
	{
		return $this->socketPath;
	}

	/**
	 * The address, as parse() accepts it.
	 *
	 * @return string Such as http://127.0.0.1:8765 or unix:/run/dolibarr-oauth-bridge/bridge.sock
	 */
	public function __toString()
	{
		return $this->socketPath === null ? $this->baseUrl : 'unix:'.$this->socketPath;
	}
}
