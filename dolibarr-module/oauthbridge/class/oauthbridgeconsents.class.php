<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors */

/**
 * \file       class/oauthbridgeconsents.class.php
 * \ingroup    oauthbridge
 * \brief      Consents that the present PHP session began
 */

require_once __DIR__.'/oauthbridgeclient.class.php';

/**
 * Binds a consent to the PHP session and to the Dolibarr user who began it: the browser that comes back with a code must be in
 * the same session, signed in as the same user and in the same company, or the code is not even looked at.
 */
class OAuthBridgeConsents
{
	/** Where the session keeps what is under way. */
	const KEY = 'oauthbridge_consents';

	/** Consents by code under way at once in one session. */
	const MOST = 10;

	/** @var OAuthBridgeClient */
	private $client;

	/** @var int */
	private $userId;

	/** @var int */
	private $entity;

	/** @var int */
	private $now;

	/**
	 * @param OAuthBridgeClient $client The bridge
	 * @param int               $userId The Dolibarr user of this request
	 * @param int               $entity The company of this request
	 * @param int               $now    Unix time
	 */
	public function __construct(OAuthBridgeClient $client, $userId, $entity, $now)
	{
		$this->client = $client;
		$this->userId = (int) $userId;
		$this->entity = (int) $entity;
		$this->now = (int) $now;
		if (!isset($_SESSION[self::KEY]['code']) || !is_array($_SESSION[self::KEY]['code'])) {
			$_SESSION[self::KEY] = array('code' => array(), 'device' => array());
		}
	}

	/**
	 * Begins a consent in the browser.
	 *
	 * @param  string              $entry  Name of the entry
	 * @param  array<string,mixed> $wishes login_hint, confirm_account_change
	 * @return string                      The provider's page to send the browser to, http or https
	 * @throws OAuthBridgeException
	 */
	public function beginCode($entry, array $wishes = array())
	{
		$binding = bin2hex(random_bytes(32));
		$begun = $this->client->beginConsent($entry, array('flow' => 'code', 'session_binding' => $binding) + $wishes);
		if (!isset($begun['authorization_url'], $begun['state']) || !preg_match('~^https?://[^\s]+$~D', (string) $begun['authorization_url'])) {
			throw new OAuthBridgeException('invalid_answer', 'The bridge named no page of the provider.');
		}
		$_SESSION[self::KEY]['code'][(string) $begun['state']] = $this->owned(array('entry' => $entry, 'binding' => $binding), $begun);
		$_SESSION[self::KEY]['code'] = array_slice($_SESSION[self::KEY]['code'], -self::MOST, null, true);
		return (string) $begun['authorization_url'];
	}

	/**
	 * Ends a consent in the browser with what it brought back. What was begun can be ended once.
	 *
	 * @param  array<string,string> $callback state, and code, iss or error, error_description as they came
	 * @return array<string,mixed>            entry and token (its state)
	 * @throws OAuthBridgeException Code state_invalid: not begun here, by this user, in this company, or too long ago
	 */
	public function finishCode(
		#[\SensitiveParameter]
		array $callback
	) {
		$state = isset($callback['state']) ? $callback['state'] : '';
		$begun = isset($_SESSION[self::KEY]['code'][$state]) ? $_SESSION[self::KEY]['code'][$state] : null;
		if (!$this->isMine($begun)) {
			throw new OAuthBridgeException('state_invalid', 'This browser session did not begin that consent.');
		}
		unset($_SESSION[self::KEY]['code'][$state]);
		return $this->client->finishConsent($callback + array('session_binding' => $begun['binding']));
	}

	/**
	 * Begins a consent on another device.
	 *
	 * @param  string              $entry  Name of the entry
	 * @param  array<string,mixed> $wishes confirm_account_change
	 * @return void
	 * @throws OAuthBridgeException
	 */
	public function beginDevice($entry, array $wishes = array())
	{
		$binding = bin2hex(random_bytes(32));
		$begun = $this->client->beginConsent($entry, array('flow' => 'device', 'session_binding' => $binding) + $wishes);
		if (!isset($begun['consent_id'], $begun['user_code'], $begun['verification_uri']) || !preg_match('~^https?://[^\s]+$~D', (string) $begun['verification_uri'])) {
			throw new OAuthBridgeException('invalid_answer', 'The bridge gave no code for another device.');
		}
		$complete = isset($begun['verification_uri_complete']) ? (string) $begun['verification_uri_complete'] : '';
		$_SESSION[self::KEY]['device'][$entry] = $this->owned(array(
			'entry' => $entry,
			'consent_id' => (string) $begun['consent_id'],
			'user_code' => (string) $begun['user_code'],
			'verification_uri' => (string) $begun['verification_uri'],
			'verification_uri_complete' => preg_match('~^https?://[^\s]+$~D', $complete) ? $complete : '',
			'interval' => max(1, isset($begun['interval']) ? (int) $begun['interval'] : 5),
		), $begun);
	}

	/**
	 * The consent under way on another device.
	 *
	 * @param  string $entry Name of the entry
	 * @return array<string,mixed>|null entry, consent_id, user_code, verification_uri, verification_uri_complete, interval, expires; null if there is none
	 */
	public function getDevice($entry)
	{
		$begun = isset($_SESSION[self::KEY]['device'][$entry]) ? $_SESSION[self::KEY]['device'][$entry] : null;
		return $this->isMine($begun, false) ? $begun : null;
	}

	/**
	 * How the consent on another device stands.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        pending, granted, denied or expired
	 * @throws OAuthBridgeException
	 */
	public function askDevice($entry)
	{
		$begun = $this->getDevice($entry);
		if ($begun === null) {
			return 'expired';
		}
		$answer = $this->client->getConsent($begun['consent_id']);
		$status = isset($answer['status']) ? (string) $answer['status'] : '';
		return in_array($status, array('pending', 'granted', 'denied'), true) ? $status : 'expired';
	}

	/**
	 * Forgets the consent on another device.
	 *
	 * @param  string $entry Name of the entry
	 * @return void
	 */
	public function forgetDevice($entry)
	{
		unset($_SESSION[self::KEY]['device'][$entry]);
	}

	/**
	 * Adds who began a consent and until when it can be ended.
	 *
	 * @param  array<string,mixed> $consent What is kept
	 * @param  array<string,mixed> $begun   The bridge's answer
	 * @return array<string,mixed>          Both
	 */
	private function owned(array $consent, array $begun)
	{
		$lifetime = isset($begun['expires_in']) ? (int) $begun['expires_in'] : 600;
		return $consent + array('user' => $this->userId, 'entity' => $this->entity, 'expires' => $this->now + max(1, $lifetime));
	}

	/**
	 * Whether a consent was begun by this user in this company, and can still be ended.
	 *
	 * @param  mixed $consent What the session holds
	 * @param  bool  $inTime  Whether its time matters
	 * @return bool           True if so
	 */
	private function isMine($consent, $inTime = true)
	{
		return is_array($consent) && $consent['user'] === $this->userId && $consent['entity'] === $this->entity
			&& (!$inTime || $this->now <= $consent['expires']);
	}
}
