<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgeapi.class.php
 * \ingroup    oauthbridge
 * \brief      Calls of the bridge's API
 */

require_once __DIR__.'/oauthbridgealarm.class.php';
require_once __DIR__.'/oauthbridgecaller.class.php';
require_once __DIR__.'/oauthbridgetransport.class.php';

/**
 * Calls the bridge's API: adds address, API key and entity to requests; accepts JSON objects only and turns problem details (RFC 9457)
 * into exceptions. Other code uses OAuthBridgeClient.
 */
class OAuthBridgeApi
{
	/** Deepest nesting of an answer's JSON, in levels. */
	const MAX_DEPTH = 16;

	/** @var OAuthBridgeAddress|null Null where the configured one is invalid */
	private $address;

	/** @var string Why the address is invalid; empty if it is valid */
	private $addressError = '';

	/** @var OAuthBridgeTransport|null */
	private $transport;

	/** @var string */
	private $apiKey;

	/** @var int */
	private $entity;

	/** @var array<string,string> Headers of the last answer, by their names in lower case */
	private $lastHeaders = array();

	/**
	 * @param string|null $address Address or socket of the sidecar; null for the one in Dolibarr's setup
	 * @param string|null $apiKey  The key that module and sidecar share; null for the one in Dolibarr's setup
	 * @param int|null    $entity  The entity; null for the current one
	 */
	public function __construct(
		$address = null,
		#[\SensitiveParameter]
		$apiKey = null,
		$entity = null
	) {
		global $conf;

		try {
			$this->address = OAuthBridgeAddress::parse($address === null ? getDolGlobalString('OAUTHBRIDGE_ADDRESS') : $address);
			$this->transport = new OAuthBridgeTransport($this->address);
		} catch (InvalidArgumentException $e) {
			$this->addressError = $e->getMessage();
		}
		$this->apiKey = $apiKey === null ? getDolGlobalString('OAUTHBRIDGE_API_KEY') : $apiKey;
		$this->entity = max(1, (int) ($entity === null ? $conf->entity : $entity));
	}

	/**
	 * The address of the sidecar.
	 *
	 * @return string Such as http://127.0.0.1:8765; empty where the configured one is invalid
	 */
	public function getAddress()
	{
		return (string) $this->address;
	}

	/**
	 * Sets the timeout of the next requests.
	 *
	 * @param  int  $milliseconds Milliseconds for a whole request
	 * @return void
	 */
	public function setTimeout($milliseconds)
	{
		if ($this->transport !== null) {
			$this->transport->setTimeout($milliseconds);
		}
	}

	/**
	 * Calls the API, after the server's proof.
	 *
	 * @param  string                   $method GET, POST or DELETE
	 * @param  string                   $path   Path under /v1, from the slash on
	 * @param  array<string,string|int> $query  Query parameters; entity is added
	 * @param  array<string,mixed>|null $body   JSON to send; null for none
	 * @return array<string,mixed> The JSON object of the answer; empty for status 204
	 * @throws OAuthBridgeUnreachableException The bridge does not answer
	 * @throws OAuthBridgeException The bridge refuses (its problem code), or the answer cannot be used (invalid_answer)
	 */
	public function call(
		$method,
		$path,
		array $query = array(),
		#[\SensitiveParameter]
		$body = null
	) {
		$proof = $this->requireProof();
		$headers = array('Authorization: Bearer '.$this->apiKey, 'Bridge-Caller: '.OAuthBridgeCaller::name());
		$path .= '?'.http_build_query(array('entity' => $this->entity) + $query, '', '&');
		$text = null;
		if ($body !== null) {
			$headers[] = 'Content-Type: application/json';
			$text = json_encode($body === array() ? new stdClass() : $body, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
		}

		$answer = $this->send($method, $path, $headers, $text, $proof);
		$this->lastHeaders = $answer['headers'];
		$isGood = $answer['status'] >= 200 && $answer['status'] < 300;
		if ($isGood && $answer['status'] === 204) {
			return array();
		}
		$content = json_decode($answer['body'], true, self::MAX_DEPTH);
		if ($this->typeOf($answer) !== ($isGood ? 'application/json' : 'application/problem+json') || !is_array($content)) {
			throw $this->invalidAnswer('it is not what the API promises', $answer['status']);
		}
		if ($isGood) {
			return $content;
		}
		$wait = $answer['headers']['retry-after'] ?? '';
		throw new OAuthBridgeException(
			isset($content['code']) && is_string($content['code']) ? $content['code'] : 'internal_error',
			isset($content['detail']) && is_string($content['detail']) ? $content['detail'] : 'The bridge answered '.$answer['status'].'.',
			$answer['status'],
			isset($content['reason']) && is_string($content['reason']) ? $content['reason'] : null,
			preg_match('/^\d{1,6}$/D', $wait) ? (int) $wait : null
		);
	}

	/**
	 * A header of the last answer.
	 *
	 * @param  string $name Name in lower case
	 * @return string       Value; empty where the answer has none
	 */
	public function getHeader($name)
	{
		return $this->lastHeaders[$name] ?? '';
	}

	/**
	 * Sends a request.
	 *
	 * @param  string      $method  GET, POST or DELETE
	 * @param  string      $path    Path and query
	 * @param  string[]    $headers Header lines
	 * @param  string|null $body    Body; null for none
	 * @param  OAuthBridgeProof|null $proof What the server must prove first; null where the request holds no secret
	 * @return array{status:int,headers:array<string,string>,body:string} The answer, as OAuthBridgeTransport::send gives it
	 * @throws OAuthBridgeUnreachableException The bridge does not answer, its address is invalid, or another program answers
	 * @throws OAuthBridgeException The answer is too long (invalid_answer)
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
		if ($this->transport === null) {
			throw new OAuthBridgeUnreachableException(
				'The address of the bridge on the module\'s setup page (OAUTHBRIDGE_ADDRESS) is invalid. '.$this->addressError,
				'unreachable',
				'bad_address'
			);
		}
		try {
			return $this->transport->send($method, $this->address->getPrefix().$path, $headers, $body, $proof);
		} catch (OAuthBridgeUnreachableException $e) {
			if ($e->getProblemCode() === 'impostor') {
				OAuthBridgeAlarm::reportImpostor($e->getDetail());
			}
			throw $e;
		}
	}

	/**
	 * Sends a refresh request (RFC 6749, section 6) to the bridge's token endpoint. It names no entity, since entities may share a
	 * grant: client secret and refresh token identify it.
	 *
	 * @param  array<string,string> $form grant_type, client_id, client_secret, refresh_token
	 * @return array{status:int,body:string} The answer: JSON, for an error as well
	 * @throws OAuthBridgeException The bridge does not answer, or the answer is not JSON (invalid_answer)
	 */
	public function redeem(
		#[\SensitiveParameter]
		array $form
	) {
		$body = http_build_query($form, '', '&');
		$headers = array('Content-Type: application/x-www-form-urlencoded');
		$answer = $this->send('POST', '/oauth/token', $headers, $body, $this->requireProof());
		if ($this->typeOf($answer) !== 'application/json' || !is_array(json_decode($answer['body'], true, self::MAX_DEPTH))) {
			throw $this->invalidAnswer('it is not JSON', $answer['status']);
		}
		return array('status' => $answer['status'], 'body' => $answer['body']);
	}

	/**
	 * The exception for an answer that cannot be used.
	 *
	 * @param  string $why    What is wrong with it: a clause
	 * @param  int    $status HTTP status
	 * @return OAuthBridgeException The exception, code invalid_answer
	 */
	public function invalidAnswer($why, $status = 200)
	{
		return new OAuthBridgeException(
			'invalid_answer',
			'The answer from '.$this->getAddress().' cannot be used: '.$why.'. Is this the bridge?',
			$status
		);
	}

	/**
	 * What the server must prove before it is told a secret.
	 *
	 * @return OAuthBridgeProof The proof
	 * @throws OAuthBridgeException There is no usable API key (unauthorized)
	 */
	public function requireProof()
	{
		if ($this->apiKey === '' || preg_match('/[^\x21-\x7e]/', $this->apiKey)) {
			throw new OAuthBridgeException(
				'unauthorized',
				'Dolibarr has no usable API key for the bridge. Disable and enable the module, or make a key on its setup page.'
			);
		}
		return new OAuthBridgeProof($this->apiKey, $this->entity);
	}

	/**
	 * The media type of an answer.
	 *
	 * @param  array{status:int,headers:array<string,string>,body:string} $answer The answer
	 * @return string In lower case, without parameters
	 */
	private function typeOf(array $answer)
	{
		return strtolower(trim(explode(';', $answer['headers']['content-type'] ?? '')[0]));
	}

	/**
	 * What var_dump and debuggers show: no secret.
	 *
	 * @return array<string,mixed> address, entity
	 */
	public function __debugInfo()
	{
		return array('address' => $this->getAddress(), 'entity' => $this->entity);
	}
}
