<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgeapi.class.php
 * \ingroup    oauthbridge
 * \brief      Calls of the bridge's API
 */

require_once __DIR__.'/oauthbridgetransport.class.php';

/**
 * Calls of the bridge's API: address, API key and company on the way there, strict JSON and typed failures on the way back.
 * OAuthBridgeClient is what other code uses.
 */
class OAuthBridgeApi
{
	/** Levels of nesting in an answer. */
	const DEEPEST_ANSWER = 16;

	/** @var OAuthBridgeAddress|null Null where the setup holds no usable one */
	private $address;

	/** @var string What is wrong with the address; empty if nothing */
	private $addressError = '';

	/** @var OAuthBridgeTransport|null */
	private $transport;

	/** @var string */
	private $apiKey;

	/** @var int */
	private $entity;

	/**
	 * @param string|null $address Address or socket of the sidecar; null for the one in Dolibarr's setup
	 * @param string|null $apiKey  The key that module and sidecar share; null for the one in Dolibarr's setup
	 * @param int|null    $entity  The company; null for the current one
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
	 * The address asked.
	 *
	 * @return string Such as http://127.0.0.1:8765; empty where the setup holds none that can be used
	 */
	public function getAddress()
	{
		return (string) $this->address;
	}

	/**
	 * Sets how long the next requests may take.
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
	 * Calls the API.
	 *
	 * @param  string                   $method GET, POST or DELETE
	 * @param  string                   $path   Path
	 * @param  array<string,string|int> $query  Parameters of the query
	 * @param  array<string,mixed>|null $body   JSON to send; null for none
	 * @return array<string,mixed> The JSON object of the answer; empty where it has none
	 * @throws OAuthBridgeException
	 */
	public function call(
		$method,
		$path,
		array $query = array(),
		#[\SensitiveParameter]
		$body = null
	) {
		$headers = array();
		if (strncmp($path, '/v1/', 4) === 0) {
			if ($this->apiKey === '' || preg_match('/[^\x21-\x7e]/', $this->apiKey)) {
				throw new OAuthBridgeException('unauthorized', 'Dolibarr has no usable API key for the bridge. Disable and enable the module, or make a key on its setup page.');
			}
			$headers[] = 'Authorization: Bearer '.$this->apiKey;
			$path .= '?'.http_build_query(array('entity' => $this->entity) + $query, '', '&');
		}
		$text = null;
		if ($body !== null) {
			$headers[] = 'Content-Type: application/json';
			$text = json_encode($body === array() ? new stdClass() : $body, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
		}

		$answer = $this->send($method, $path, $headers, $text);
		$isGood = $answer['status'] >= 200 && $answer['status'] < 300;
		if ($isGood && $answer['status'] === 204) {
			return array();
		}
		$content = json_decode($answer['body'], true, self::DEEPEST_ANSWER);
		if ($answer['type'] !== ($isGood ? 'application/json' : 'application/problem+json') || !is_array($content)) {
			throw $this->invalidAnswer('it is not what the API promises', $answer['status']);
		}
		if ($isGood) {
			return $content;
		}
		throw new OAuthBridgeException(
			isset($content['code']) && is_string($content['code']) ? $content['code'] : 'internal_error',
			isset($content['detail']) && is_string($content['detail']) ? $content['detail'] : 'The bridge answered '.$answer['status'].'.',
			$answer['status'],
			isset($content['reason']) && is_string($content['reason']) ? $content['reason'] : null,
			$answer['retry_after']
		);
	}

	/**
	 * Sends a request.
	 *
	 * @param  string      $method  GET, POST or DELETE
	 * @param  string      $path    Path and query
	 * @param  string[]    $headers Header lines
	 * @param  string|null $body    Body; null for none
	 * @return array{status:int,type:string,retry_after:int|null,body:string} The answer
	 * @throws OAuthBridgeException
	 */
	public function send(
		$method,
		$path,
		#[\SensitiveParameter]
		array $headers = array(),
		#[\SensitiveParameter]
		$body = null
	) {
		if ($this->transport === null) {
			throw new OAuthBridgeUnreachableException('OAUTHBRIDGE_ADDRESS in the setup cannot be used. '.$this->addressError);
		}
		return $this->transport->send($method, $path, $headers, $body);
	}

	/**
	 * Hands a refresh request (RFC 6749, section 6) to the bridge's token endpoint. The grant may be another company's that shares it
	 * with this one, so no company is named; client secret and refresh token say whose it is.
	 *
	 * @param  array<string,string> $form grant_type, client_id, client_secret, refresh_token
	 * @return array{status:int,body:string} The answer, JSON either way
	 * @throws OAuthBridgeException
	 */
	public function redeem(
		#[\SensitiveParameter]
		array $form
	) {
		$body = http_build_query($form, '', '&');
		$answer = $this->send('POST', '/oauth/token', array('Content-Type: application/x-www-form-urlencoded'), $body);
		if ($answer['type'] !== 'application/json' || !is_array(json_decode($answer['body'], true, self::DEEPEST_ANSWER))) {
			throw $this->invalidAnswer('it is not JSON', $answer['status']);
		}
		return array('status' => $answer['status'], 'body' => $answer['body']);
	}

	/**
	 * The failure of an answer that cannot be used.
	 *
	 * @param  string $why    What is wrong with it
	 * @param  int    $status HTTP status
	 * @return OAuthBridgeException The exception
	 */
	public function invalidAnswer($why, $status = 200)
	{
		return new OAuthBridgeException('invalid_answer', 'The answer from '.$this->getAddress().' cannot be used: '.$why.'. Is this the bridge?', $status);
	}

	/**
	 * For var_dump and debuggers: no secret.
	 *
	 * @return array<string,mixed> What may be shown
	 */
	public function __debugInfo()
	{
		return array('address' => $this->getAddress(), 'entity' => $this->entity);
	}
}
