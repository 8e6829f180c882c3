<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgeproof.class.php
 * \ingroup    oauthbridge
 * \brief      How the bridge proves that it is the bridge
 */

/**
 * GET /v1/identity: a server proves that it knows the API key, before it is told the key. Whoever else listens at the bridge's address
 * while the bridge is down does not know it.
 */
class OAuthBridgeProof
{
	/** First line of the message that is signed. */
	const CONTEXT = 'dolibarr-oauth-bridge identity v1';

	/** @var string */
	private $apiKey;

	/** @var int */
	private $entity;

	/**
	 * @param string $apiKey The key that module and sidecar share
	 * @param int    $entity The entity
	 */
	public function __construct(
		#[\SensitiveParameter]
		$apiKey,
		$entity
	) {
		$this->apiKey = $apiKey;
		$this->entity = (int) $entity;
	}

	/**
	 * Which proof this is: that of another key or entity has another one.
	 *
	 * @return string SHA-256 in hexadecimal
	 */
	public function getId()
	{
		return hash('sha256', $this->entity.' '.$this->apiKey);
	}

	/**
	 * A nonce, for one question.
	 *
	 * @return string 32 random bytes in base64url without padding
	 */
	public static function makeNonce()
	{
		return self::base64Url(random_bytes(32));
	}

	/**
	 * The question.
	 *
	 * @param  string $nonce As makeNonce gave it
	 * @return string        Path and query
	 */
	public function getPath($nonce)
	{
		return '/v1/identity?nonce='.$nonce.'&entity='.$this->entity;
	}

	/**
	 * Whether an answer is right. Compared in constant time.
	 *
	 * @param  string $nonce The nonce of the question
	 * @param  mixed  $proof The member proof of the answer
	 * @return bool          True if so
	 */
	public function isRight($nonce, $proof)
	{
		$message = self::CONTEXT."\n".$nonce."\n".$this->entity;
		return is_string($proof) && hash_equals(self::base64Url(hash_hmac('sha256', $message, $this->apiKey, true)), $proof);
	}

	/**
	 * What var_dump and debuggers show: no secret.
	 *
	 * @return array<string,mixed> entity
	 */
	public function __debugInfo()
	{
		return array('entity' => $this->entity);
	}

	/**
	 * Base64url without padding (RFC 4648, section 5).
	 *
	 * @param  string $bytes The bytes
	 * @return string        Text
	 */
	private static function base64Url($bytes)
	{
		return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
	}
}
