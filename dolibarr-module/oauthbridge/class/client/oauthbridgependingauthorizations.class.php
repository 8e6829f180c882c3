<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgependingauthorizations.class.php
 * \ingroup    oauthbridge
 * \brief      Authorization requests that the present PHP session has begun
 */

require_once __DIR__.'/oauthbridgeexception.class.php';

/**
 * The browser's part of the authorization code flow (RFC 6749, section 4.1), for consents and sign-ins alike. The PHP session
 * keeps a record of each authorization request until the provider sends the browser back. A response is accepted once, before
 * the request expires, and only in the session that began it.
 */
class OAuthBridgePendingAuthorizations
{
	/** The most requests that one session keeps; a further one is refused until one of them is over. One browser tab needs one. */
	const MAX_PENDING = 10;

	/** Seconds until a request expires, where the bridge does not say. */
	const PENDING_TTL = 600;

	/** The longest accepted value of a response parameter, in bytes. */
	const MAX_PARAMETER_LENGTH = 4096;

	/** The parameters of an authorization response: RFC 6749, sections 4.1.2 and 4.1.2.1, and RFC 9207. */
	const PARAMETERS = array('state', 'code', 'iss', 'error', 'error_description');

	/** @var string Name of the session variable that holds the records */
	private $sessionKey;

	/** @var int Unix time */
	private $now;

	/**
	 * @param string $sessionKey Name of the session variable that holds the records
	 * @param int    $now        Unix time
	 */
	public function __construct($sessionKey, $now)
	{
		$this->sessionKey = $sessionKey;
		$this->now = (int) $now;
	}

	/**
	 * Begins an authorization request and records it in the session.
	 *
	 * @param  callable            $start  Gets the session binding (64 hexadecimal digits); returns the bridge's answer with
	 *                                     authorization_url, state and, optionally, expires_in (seconds) and continuation
	 * @param  array<string,mixed> $record What take() gives back
	 * @return string                      The provider's page to send the browser to: http or https
	 * @throws OAuthBridgeException Whatever $start throws; code invalid_answer: the bridge named no usable page or no state; code
	 *                              too_many_requests: MAX_PENDING are under way
	 */
	public function begin(callable $start, array $record)
	{
		$pending = array_filter($this->read(), function ($record) {
			return is_array($record) && $this->now < $record['expires'];
		});
		if (count($pending) >= self::MAX_PENDING) {
			throw new OAuthBridgeException(
				'too_many_requests',
				'This browser has begun '.self::MAX_PENDING.' of these and finished none. Finish one, or wait ten minutes.'
			);
		}
		$binding = bin2hex(random_bytes(32));
		$answer = $start($binding);
		$url = isset($answer['authorization_url']) ? $answer['authorization_url'] : null;
		$state = isset($answer['state']) ? $answer['state'] : null;
		if (!is_string($state) || $state === '' || !self::isWebAddress($url)) {
			throw new OAuthBridgeException('invalid_answer', 'The bridge does not say where to send the browser.');
		}

		$own = array('binding' => $binding, 'expires' => $this->now + self::lifetime($answer));
		if (isset($answer['continuation']) && is_string($answer['continuation'])) {
			$own['continuation'] = $answer['continuation']; // what the bridge has to remember until the browser comes back, sealed
		}
		$pending[self::key($state)] = $own + $record;
		$_SESSION[$this->sessionKey] = $pending;
		return $url;
	}

	/**
	 * Removes the record that a response belongs to from the session and returns it.
	 *
	 * @param  array<string,string> $response As readResponse gave it
	 * @param  array<string,mixed>  $owner    Members that the record must have with exactly these values; a record of another owner
	 *                                        stays in the session
	 * @return array<string,mixed>|null       The record and, as binding, the session binding; null where there is none: not begun in
	 *                                        this session, begun by another owner, answered already, or expired
	 */
	public function take(array $response, array $owner = array())
	{
		$key = self::key(isset($response['state']) ? $response['state'] : '');
		$pending = $this->read();
		$record = isset($pending[$key]) ? $pending[$key] : null;
		if (!is_array($record) || $this->now >= $record['expires']) {
			return null;
		}
		foreach ($owner as $name => $value) {
			if (!isset($record[$name]) || $record[$name] !== $value) {
				return null;
			}
		}
		unset($_SESSION[$this->sessionKey][$key]);
		return $record;
	}

	/**
	 * Reads an authorization response from the query of the redirect, byte for byte. The bridge validates it.
	 *
	 * @param  string $query             The query of the request, without the question mark
	 * @return array<string,string>|null Parameters by name, without other names and empty values; null where a parameter is
	 *                                   repeated (RFC 6749, section 3.1), has no value or is longer than MAX_PARAMETER_LENGTH
	 */
	public static function readResponse($query)
	{
		$response = array();
		foreach (explode('&', (string) $query) as $pair) {
			$parts = array_map('urldecode', explode('=', $pair, 2));
			if (!in_array($parts[0], self::PARAMETERS, true)) {
				continue;
			}
			if (isset($response[$parts[0]]) || !isset($parts[1]) || strlen($parts[1]) > self::MAX_PARAMETER_LENGTH) {
				return null;
			}
			$response[$parts[0]] = $parts[1];
		}
		return array_filter($response, 'strlen');
	}

	/**
	 * Whether a value is an address that a browser may be sent to.
	 *
	 * @param  mixed $url The value
	 * @return bool       True for an http or https URL without spaces and control characters
	 */
	public static function isWebAddress($url)
	{
		return is_string($url) && preg_match('~^https?://[^\s\x00-\x1f\x7f]+$~D', $url) === 1;
	}

	/**
	 * How long an answer of the bridge can be used.
	 *
	 * @param  array<string,mixed> $answer The bridge's answer
	 * @return int                         Seconds, at least 1
	 */
	public static function lifetime(array $answer)
	{
		return isset($answer['expires_in']) ? max(1, (int) $answer['expires_in']) : self::PENDING_TTL;
	}

	/**
	 * The session's records.
	 *
	 * @return array<string,mixed> Records by key
	 */
	private function read()
	{
		return isset($_SESSION[$this->sessionKey]) && is_array($_SESSION[$this->sessionKey]) ? $_SESSION[$this->sessionKey] : array();
	}

	/**
	 * The key of a record.
	 *
	 * @param  string $state The state parameter
	 * @return string        SHA-256 in hexadecimal; empty for an empty state
	 */
	private static function key($state)
	{
		return $state === '' ? '' : hash('sha256', $state);
	}
}
