<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgetransport.class.php
 * \ingroup    oauthbridge
 * \brief      HTTP to the sidecar
 */

require_once __DIR__.'/oauthbridgeconnection.class.php';
require_once __DIR__.'/oauthbridgeproof.class.php';
require_once __DIR__.'/oauthbridgeunreachableexception.class.php';

/**
 * HTTP to the sidecar, over TCP or a unix socket: short timeouts, no proxy, no redirects, answers of limited size. A process keeps one
 * connection to each address. On each connection the server must prove its identity before anything secret is sent on it.
 */
class OAuthBridgeTransport
{
	/** Timeout for connecting, in milliseconds. */
	const CONNECT_TIMEOUT = 1000;

	/** Timeout of a whole request, in milliseconds: longer than the sidecar's own timeout for a provider. */
	const TOTAL_TIMEOUT = 20000;

	/** Timeout for a page that only shows the state, in milliseconds: nobody waits longer for a page. */
	const PAGE_TIMEOUT = 3000;

	/** Deepest nesting of the proof's JSON, in levels. */
	const MAX_DEPTH = 4;

	/** @var array<string,OAuthBridgeConnection> This process's connections by address */
	private static $connections = array();

	/** @var OAuthBridgeAddress */
	private $address;

	/** @var int Timeout of a whole request, in milliseconds */
	private $timeout = self::TOTAL_TIMEOUT;

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
	 * @param  string                $method  GET, POST or DELETE
	 * @param  string                $path    Path and query, from the slash on
	 * @param  string[]              $headers Header lines
	 * @param  string|null           $body    Body; null for none
	 * @param  OAuthBridgeProof|null $proof   What the server must prove first; null where the request holds no secret
	 * @return array{status:int,headers:array<string,string>,body:string} The answer: HTTP status; headers by their names in lower case;
	 *                                                                    body
	 * @throws OAuthBridgeUnreachableException There is no answer in time, or the server does not prove that it is the bridge (impostor)
	 * @throws OAuthBridgeException The answer is too long or not HTTP (invalid_answer)
	 */
	public function send(
		$method,
		$path,
		#[\SensitiveParameter]
		array $headers = array(),
		#[\SensitiveParameter]
		$body = null,
		$proof = null
	) {
		if (!function_exists('stream_socket_client')) {
			throw new OAuthBridgeUnreachableException(
				'PHP may not open sockets, so the bridge cannot be asked. Remove stream_socket_client from disable_functions in php.ini.',
				'unreachable',
				'no_sockets'
			);
		}
		$deadline = OAuthBridgeConnection::now() + $this->timeout / 1000;
		try {
			return $this->sendBefore($deadline, $method, $path, $headers, $body, $proof);
		} catch (OAuthBridgeConnectionException $e) {
			if ($e->isBadAnswer) {
				throw new OAuthBridgeException(
					'invalid_answer',
					'The answer from '.$this->address.' cannot be used: '.$e->getMessage().'. Is this the bridge?'
				);
			}
			$unreachable = new OAuthBridgeUnreachableException('The bridge at '.$this->address.' does not answer: '.$e->getMessage());
			$unreachable->isTimeout = $e->isTimeout;
			$unreachable->cause = $e->isTimeout ? 'timeout' : ($e->isNotListening ? 'not_listening' : '');
			throw $unreachable;
		}
	}

	/**
	 * Sends a request on the process's connection, or on a new one. A connection that was kept may have been closed in the meantime
	 * (the sidecar was restarted): what changes nothing is then sent again on a new one, after a new proof.
	 *
	 * @param  float                 $deadline Time on OAuthBridgeConnection's clock at which to give up
	 * @param  string                $method   As send()
	 * @param  string                $path     As send()
	 * @param  string[]              $headers  As send()
	 * @param  string|null           $body     As send()
	 * @param  OAuthBridgeProof|null $proof    As send()
	 * @return array{status:int,headers:array<string,string>,body:string} As send()
	 * @throws OAuthBridgeConnectionException There is no whole answer in time
	 * @throws OAuthBridgeException As send()
	 */
	private function sendBefore(
		$deadline,
		$method,
		$path,
		#[\SensitiveParameter]
		array $headers,
		#[\SensitiveParameter]
		$body,
		$proof
	) {
		$kept = self::$connections[(string) $this->address] ?? null;
		if ($kept !== null && $kept->isUsable()) {
			$isSent = false;
			try {
				$this->prove($kept, $proof, $deadline);
				$isSent = true;
				return $kept->exchange($method, $path, $headers, $body, $deadline);
			} catch (OAuthBridgeConnectionException $e) {
				if (!$e->isUnanswered || ($isSent && $method !== 'GET')) {
					throw $e;
				}
			}
		}

		$connectBy = min($deadline, OAuthBridgeConnection::now() + self::CONNECT_TIMEOUT / 1000);
		$fresh = new OAuthBridgeConnection($this->address, $connectBy);
		self::$connections[(string) $this->address] = $fresh;
		$this->prove($fresh, $proof, $deadline);
		return $fresh->exchange($method, $path, $headers, $body, $deadline);
	}

	/**
	 * Lets the server prove its identity, unless it has on this connection, or nobody else can listen at the socket.
	 *
	 * @param  OAuthBridgeConnection $connection The connection
	 * @param  OAuthBridgeProof|null $proof      What must be proved; null for nothing
	 * @param  float                 $deadline   Time on OAuthBridgeConnection's clock at which to give up
	 * @return void
	 * @throws OAuthBridgeConnectionException There is no whole answer in time
	 * @throws OAuthBridgeUnreachableException It answers anything but the right proof (impostor)
	 */
	private function prove(OAuthBridgeConnection $connection, $proof, $deadline)
	{
		if ($proof === null || $connection->hasProof($proof->getId()) || $this->address->isProtectedSocket()) {
			return;
		}
		$nonce = OAuthBridgeProof::makeNonce();
		try {
			$answer = $connection->exchange('GET', $proof->getPath($nonce), array(), null, $deadline);
		} catch (OAuthBridgeConnectionException $e) {
			if (!$e->isBadAnswer) {
				throw $e;
			}
			$answer = array('status' => 0, 'body' => '');
		}
		$content = json_decode($answer['body'], true, self::MAX_DEPTH);
		if ($answer['status'] === 200 && is_array($content) && $proof->isRight($nonce, $content['proof'] ?? null)) {
			$connection->noteProof($proof->getId());
			return;
		}
		$connection->close(); // nothing more is said to it, and its own words count for nothing: anybody can say "database away"
		throw new OAuthBridgeUnreachableException(
			'What listens at '.$this->address.' does not prove that it is the bridge of this Dolibarr, so it was told nothing. It is'
				.' another program, or a bridge that cannot read its API key (just started, database away), is too old or has another'
				.' conf.php. Its log says which: journalctl -u dolibarr-oauth-bridge.', // Dolibarr keeps 250 characters of an event
			'impostor'
		);
	}
}
