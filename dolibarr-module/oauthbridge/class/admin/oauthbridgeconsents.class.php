<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeconsents.class.php
 * \ingroup    oauthbridge
 * \brief      Consents that the present PHP session has begun
 */

require_once __DIR__.'/../oauthbridgeclient.class.php';
require_once __DIR__.'/../client/oauthbridgependingauthorizations.class.php';

/**
 * Binds a consent to the PHP session, the Dolibarr user and the entity that began it. A response that comes back in another
 * session, to another user or in another entity is refused before the bridge is asked.
 */
class OAuthBridgeConsents
{
	/** Session variable: pending consents by authorization code. */
	const PENDING = 'oauthbridge_consents';

	/** Session variable: pending consents on another device, by entry. */
	const DEVICES = 'oauthbridge_devices';

	/** Seconds between two polls of a consent on another device, where the bridge does not say (RFC 8628, section 3.2). */
	const POLL_INTERVAL = 5;

	/** @var OAuthBridgeClient */
	private $client;

	/** @var OAuthBridgePendingAuthorizations */
	private $pending;

	/** @var array{user:int,entity:int} The Dolibarr user and the entity of this request */
	private $owner;

	/** @var int Unix time */
	private $now;

	/**
	 * @param OAuthBridgeClient $client The bridge
	 * @param int               $userId Id of the Dolibarr user of this request
	 * @param int               $entity The entity of this request
	 * @param int               $now    Unix time
	 */
	public function __construct(OAuthBridgeClient $client, $userId, $entity, $now)
	{
		$this->client = $client;
		$this->owner = array('user' => (int) $userId, 'entity' => (int) $entity);
		$this->now = (int) $now;
		$this->pending = new OAuthBridgePendingAuthorizations(self::PENDING, $this->now);
	}

	/**
	 * Begins a consent in the browser.
	 *
	 * @param  string              $entry   Name of the entry
	 * @param  array<string,mixed> $options login_hint, confirm_account_change
	 * @return string                       The provider's page to send the browser to: http or https
	 * @throws OAuthBridgeException The bridge refuses, or names no usable page (invalid_answer)
	 */
	public function beginCode($entry, array $options = array())
	{
		return $this->pending->begin(
			function ($binding) use ($entry, $options) {
				return $this->client->beginConsent($entry, array('flow' => 'code', 'session_binding' => $binding) + $options);
			},
			array('entry' => $entry) + $this->owner
		);
	}

	/**
	 * Finishes a consent in the browser with the provider's response. A consent can be finished once.
	 *
	 * @param  array<string,string> $response As OAuthBridgePendingAuthorizations::readResponse gave it
	 * @return array<string,mixed>            entry and token (its state, not the token itself)
	 * @throws OAuthBridgeException Code state_invalid: not begun in this session by this user in this entity, or expired
	 */
	public function finishCode(
		#[\SensitiveParameter]
		array $response
	) {
		$record = $this->pending->take($response, $this->owner);
		if ($record === null) {
			throw new OAuthBridgeException(
				'state_invalid',
				'This browser session has begun no such consent, or it has expired. Begin again.'
			);
		}
		return $this->client->finishConsent($response + array('session_binding' => $record['binding']));
	}

	/**
	 * Begins a consent on another device (RFC 8628). A new one replaces the entry's previous one.
	 *
	 * @param  string              $entry   Name of the entry
	 * @param  array<string,mixed> $options confirm_account_change
	 * @return void
	 * @throws OAuthBridgeException The bridge refuses, or gives no usable code (invalid_answer)
	 */
	public function beginDevice($entry, array $options = array())
	{
		$binding = bin2hex(random_bytes(32));
		$answer = $this->client->beginConsent($entry, array('flow' => 'device', 'session_binding' => $binding) + $options);
		$page = isset($answer['verification_uri']) ? $answer['verification_uri'] : null;
		if (!isset($answer['consent_id'], $answer['user_code']) || !OAuthBridgePendingAuthorizations::isWebAddress($page)) {
			throw new OAuthBridgeException('invalid_answer', 'The bridge gave no code for another device.');
		}
		$complete = isset($answer['verification_uri_complete']) ? $answer['verification_uri_complete'] : '';
		$_SESSION[self::DEVICES][$entry] = array(
			'entry' => $entry,
			'consent_id' => (string) $answer['consent_id'],
			'user_code' => (string) $answer['user_code'],
			'verification_uri' => $page,
			'verification_uri_complete' => OAuthBridgePendingAuthorizations::isWebAddress($complete) ? $complete : '',
			'interval' => isset($answer['interval']) ? max(1, (int) $answer['interval']) : self::POLL_INTERVAL,
			'expires' => $this->now + OAuthBridgePendingAuthorizations::lifetime($answer),
		) + $this->owner;
	}

	/**
	 * The pending consent on another device.
	 *
	 * @param  string $entry Name of the entry
	 * @return array<string,mixed>|null entry, consent_id, user_code, verification_uri, verification_uri_complete (or empty), interval
	 *                                  (seconds), expires (Unix time); null if this user has begun none in this entity
	 */
	public function getDevice($entry)
	{
		$record = isset($_SESSION[self::DEVICES][$entry]) ? $_SESSION[self::DEVICES][$entry] : null;
		$isOwn = is_array($record) && $record['user'] === $this->owner['user'] && $record['entity'] === $this->owner['entity'];
		return $isOwn ? $record : null;
	}

	/**
	 * Asks the bridge for the state of the consent on another device.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        pending, granted, denied or expired; expired also where there is none
	 * @throws OAuthBridgeException The bridge does not answer or refuses
	 */
	public function askDevice($entry)
	{
		$record = $this->getDevice($entry);
		if ($record === null) {
			return 'expired';
		}
		$answer = $this->client->getConsent($record['consent_id']);
		$status = isset($answer['status']) ? (string) $answer['status'] : '';
		return in_array($status, array('pending', 'granted', 'denied'), true) ? $status : 'expired';
	}

	/**
	 * Removes the consent on another device from the session.
	 *
	 * @param  string $entry Name of the entry
	 * @return void
	 */
	public function forgetDevice($entry)
	{
		unset($_SESSION[self::DEVICES][$entry]);
	}

	/**
	 * The options that every form of a consent has.
	 *
	 * @return array<string,bool> confirm_account_change, where the form sets it
	 */
	public static function readOptions()
	{
		return array_filter(array('confirm_account_change' => GETPOST('confirm_account_change', 'alpha') === '1'));
	}
}
