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
	 * Parses an address as an administrator types it: http://127.0.0.1:8765, http://[::1]:8765, http://localhost:8765,
	 * unix:/run/dolibarr-oauth-bridge/bridge.sock or the socket's path alone. Empty means DEFAULT_ADDRESS.
	 *
	 * @param  string $text What was typed
	 * @return OAuthBridgeAddress The address
	 * @throws InvalidArgumentException Not an address of this machine; the message gives examples
	 */
	public static function parse($text)
	{
		$text = trim($text);
		if ($text === '') {
			$text = self::DEFAULT_ADDRESS;
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

		if (
			!preg_match('~^http://(127(?:\.\d{1,3}){3}|\[::1\]|localhost)(?::(\d{1,5}))?/?$~iD', $text, $parts)
			|| ($parts[1][0] === '1' && filter_var($parts[1], FILTER_VALIDATE_IP, FILTER_FLAG_IPV4) === false)
			|| (isset($parts[2]) && ((int) $parts[2] < 1 || (int) $parts[2] > 65535))
		) {
			throw new InvalidArgumentException(
				'The address must be on this machine: '.self::DEFAULT_ADDRESS
				.', or the path of a unix socket such as /run/dolibarr-oauth-bridge/bridge.sock.'
			);
		}
		return new self('http://'.strtolower($parts[1]).(isset($parts[2]) ? ':'.(int) $parts[2] : ''), null);
	}

	/**
	 * The base URL of requests; with a socket its host and port have no effect.
	 *
	 * @return string URL without a final slash
	 */
	public function getBaseUrl()
	{
		return $this->baseUrl;
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
