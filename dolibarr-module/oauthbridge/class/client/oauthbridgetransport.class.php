<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgetransport.class.php
 * \ingroup    oauthbridge
 * \brief      HTTP to the sidecar
 */

require_once __DIR__.'/oauthbridgeaddress.class.php';
require_once __DIR__.'/oauthbridgeunreachableexception.class.php';

/**
 * HTTP to the sidecar, over TCP or a unix socket: short timeouts, no proxy, no redirects, answers of limited size. An object keeps its
 * connection for the next request.
 */
class OAuthBridgeTransport
{
	/** Timeout for connecting, in milliseconds. */
	const CONNECT_TIMEOUT = 1000;

	/** Timeout of a whole request, in milliseconds: longer than the sidecar's own timeout for a provider. */
	const TOTAL_TIMEOUT = 20000;

	/** Timeout for a page that only shows the state, in milliseconds: nobody waits longer for a page. */
	const PAGE_TIMEOUT = 3000;

	/** Longest body of an answer, in bytes. */
	const MAX_ANSWER = 1048576;

	/** @var OAuthBridgeAddress */
	private $address;

	/** @var int Timeout of a whole request, in milliseconds */
	private $timeout = self::TOTAL_TIMEOUT;

	/** @var resource|CurlHandle|null */
	private $curl;

	/**
	 * @param OAuthBridgeAddress $address Where the sidecar listens
	 */
	public function __construct(OAuthBridgeAddress $address)
	{
		$this->address = $address;
	}

	/**
	 * Sets the timeout of the next requests.
	 *
	 * @param  int  $milliseconds Milliseconds for a whole request
	 * @return void
	 */
	public function setTimeout($milliseconds)
	{
		$this->timeout = (int) $milliseconds;
	}

	/**
	 * Sends a request.
	 *
	 * @param  string      $method  GET, POST or DELETE
	 * @param  string      $path    Path and query, from the slash on
	 * @param  string[]    $headers Header lines
	 * @param  string|null $body    Body; null for none
	 * @return array{status:int,type:string,retry_after:int|null,body:string} The answer: HTTP status; media type in lower case without
	 *                                                                        parameters; Retry-After in seconds; body
	 * @throws OAuthBridgeUnreachableException There is no answer in time, or PHP lacks curl
	 * @throws OAuthBridgeException The answer is longer than MAX_ANSWER (invalid_answer)
	 */
	public function send(
		$method,
		$path,
		#[\SensitiveParameter]
		array $headers = array(),
		#[\SensitiveParameter]
		$body = null
	) {
		if (!function_exists('curl_init') || !function_exists('curl_exec')) {
			throw new OAuthBridgeUnreachableException(
				'PHP lacks curl, so the bridge cannot be asked.'
				.' Install php-curl, and remove curl_init and curl_exec from disable_functions in php.ini.'
			);
		}
		if ($this->curl === null) {
			$this->curl = curl_init();
		}

		$retryAfter = null;
		$received = '';
		$isTooLong = false;
		$options = $this->options($method, $path, $headers, $body) + array(
			CURLOPT_HEADERFUNCTION => static function ($curl, $line) use (&$retryAfter) {
				if (preg_match('/^retry-after:\s*(\d{1,6})\s*$/i', $line, $parts)) {
					$retryAfter = (int) $parts[1];
				}
				return strlen($line);
			},
			CURLOPT_WRITEFUNCTION => static function ($curl, $data) use (&$received, &$isTooLong) {
				if (strlen($received) + strlen($data) > self::MAX_ANSWER) {
					$isTooLong = true;
					return 0;
				}
				$received .= $data;
				return strlen($data);
			},
		);
		curl_reset($this->curl);
		curl_setopt_array($this->curl, $options);
		$done = curl_exec($this->curl);
		if ($isTooLong) {
			throw new OAuthBridgeException(
				'invalid_answer',
				'The answer from '.$this->address.' is longer than '.self::MAX_ANSWER.' bytes. Is this the bridge?'
			);
		}
		if ($done === false) {
			throw new OAuthBridgeUnreachableException('The bridge at '.$this->address.' does not answer: '.$this->describeFailure());
		}

		$type = strtolower(trim(explode(';', (string) curl_getinfo($this->curl, CURLINFO_CONTENT_TYPE))[0]));
		return array(
			'status' => (int) curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE),
			'type' => $type,
			'retry_after' => $retryAfter,
			'body' => $received,
		);
	}

	/**
	 * Curl's options of a request, but for those that receive the answer.
	 *
	 * @param  string      $method  GET, POST or DELETE
	 * @param  string      $path    Path and query
	 * @param  string[]    $headers Header lines
	 * @param  string|null $body    Body; null for none
	 * @return array<int,mixed> Options of curl
	 */
	private function options(
		$method,
		$path,
		#[\SensitiveParameter]
		array $headers,
		#[\SensitiveParameter]
		$body
	) {
		$options = array(
			CURLOPT_URL => $this->address->getBaseUrl().$path,
			CURLOPT_PATH_AS_IS => true,
			CURLOPT_CUSTOMREQUEST => $method,
			CURLOPT_HTTPHEADER => array_merge($headers, array('Accept: application/json', 'Expect:')),
			CURLOPT_PROTOCOLS => CURLPROTO_HTTP,
			CURLOPT_PROXY => '', // overrides http_proxy and ALL_PROXY of the environment
			CURLOPT_FOLLOWLOCATION => false,
			CURLOPT_NOSIGNAL => true,
			CURLOPT_CONNECTTIMEOUT_MS => self::CONNECT_TIMEOUT,
			CURLOPT_TIMEOUT_MS => $this->timeout,
			CURLOPT_USERAGENT => 'oauthbridge',
		);
		if ($body !== null || $method === 'POST') {
			$options[CURLOPT_POSTFIELDS] = (string) $body;
		}
		if ($this->address->getSocketPath() !== null) {
			$options[CURLOPT_UNIX_SOCKET_PATH] = $this->address->getSocketPath();
		}
		return $options;
	}

	/**
	 * Why the last request failed. Curl's own messages name addresses and times, never headers or bodies.
	 *
	 * @return string A clause for the log and for administrators
	 */
	private function describeFailure()
	{
		switch (curl_errno($this->curl)) {
			case CURLE_COULDNT_CONNECT:
				return 'nothing listens there. Start it: systemctl start dolibarr-oauth-bridge.';
			case CURLE_OPERATION_TIMEOUTED:
				return 'it took too long.';
			default:
				return curl_error($this->curl).'.';
		}
	}
}
