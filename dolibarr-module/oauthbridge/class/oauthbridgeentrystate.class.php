<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors */

/**
 * \file       class/oauthbridgeentrystate.class.php
 * \ingroup    oauthbridge
 * \brief      What the state of an entry means for a person
 */

/**
 * Reads an entry as the client's getEntries gives it: how it stands, whether somebody must do something, what can be done.
 */
class OAuthBridgeEntryState
{
	/** Entries with this label serve the sign-in, which needs no stored token. */
	const LOGIN_LABEL = 'Login';

	/** Dolibarr's badge for each status of a token: 4 is green, 1 orange, 8 red, 0 grey. */
	const BADGES = array(
		'valid' => 'status4',
		'expiring' => 'status4',
		'never_expires' => 'status4',
		'expired' => 'status1',
		'none' => 'status0',
		'consent_required' => 'status8',
		'unreadable' => 'status8',
		'duplicate' => 'status8',
	);

	/** @var array<string,mixed> */
	private $entry;

	/**
	 * @param array<string,mixed> $entry One entry of OAuthBridgeClient::getEntries
	 */
	public function __construct(array $entry)
	{
		$this->entry = $entry;
	}

	/**
	 * Whether the entry serves the sign-in only.
	 *
	 * @return bool True for the label Login
	 */
	public function isLogin()
	{
		return strcasecmp((string) $this->get('label'), self::LOGIN_LABEL) === 0;
	}

	/**
	 * The state of the token in one word.
	 *
	 * @return string A key of BADGES, or "incomplete" where settings are missing, or "login" for a sign-in entry
	 */
	public function getStatus()
	{
		if (!$this->get('complete')) {
			return 'incomplete';
		}
		$status = (string) $this->token('status');
		return $status === 'none' && $this->isLogin() ? 'login' : $status;
	}

	/**
	 * The class of Dolibarr's status badge.
	 *
	 * @return string Such as status4
	 */
	public function getBadge()
	{
		$status = $this->getStatus();
		if ($status === 'incomplete') {
			return 'status8';
		}
		return isset(self::BADGES[$status]) ? self::BADGES[$status] : ($status === 'login' ? 'status4' : 'status0');
	}

	/**
	 * Whether nothing gets better until a person does something.
	 *
	 * @return bool True if so
	 */
	public function needsPerson()
	{
		return in_array($this->getStatus(), array('incomplete', 'none', 'consent_required', 'unreadable', 'duplicate'), true)
			|| count($this->getWarnings()) > 0;
	}

	/**
	 * What to look at first.
	 *
	 * @return int 0 where something broke, 1 where something will, 2 for the rest
	 */
	public function getUrgency()
	{
		return $this->getBadge() === 'status8' ? 0 : ($this->getStatus() === 'none' ? 2 : 1);
	}

	/**
	 * Whether there is a token to renew or to revoke.
	 *
	 * @return bool True if so
	 */
	public function hasToken()
	{
		return (string) $this->token('status') !== 'none';
	}

	/**
	 * Whether the entry can be renewed without a person.
	 *
	 * @return bool True if so
	 */
	public function isRenewable()
	{
		return in_array((string) $this->token('status'), array('valid', 'expiring', 'expired'), true)
			&& ($this->token('has_refresh_token') || $this->isAppOnly());
	}

	/**
	 * Whether the entry acts for itself instead of for a person.
	 *
	 * @return bool True for Microsoft's app-only entries
	 */
	public function isAppOnly()
	{
		return $this->get('provider') === 'MicrosoftApp';
	}

	/**
	 * Whether the consent can be given on another device.
	 *
	 * @return bool True if so
	 */
	public function knowsDeviceFlow()
	{
		return preg_match('/^(Google|Microsoft[23]?|GitHub|Generic)$/D', (string) $this->get('provider')) === 1;
	}

	/**
	 * What somebody should look at.
	 *
	 * @return array<int,array{code:string,message:string}> Warnings
	 */
	public function getWarnings()
	{
		$warnings = $this->get('warnings');
		return is_array($warnings) ? $warnings : array();
	}

	/**
	 * A moment of the token.
	 *
	 * @param  string $name expires_at, granted_at, refreshed_at or refresh_token_expires_at
	 * @return int|null     Unix time; null if unknown
	 */
	public function getTime($name)
	{
		$text = $this->token($name);
		$time = is_string($text) ? strtotime($text) : false;
		return $time === false ? null : $time;
	}

	/**
	 * The refresh token's age against its limit.
	 *
	 * @param  int $now Unix time
	 * @return array{age:int,limit:int,left:int}|null Seconds; null where there is no limit or nobody knows
	 */
	public function getRefreshTokenAge($now)
	{
		$end = $this->getTime('refresh_token_expires_at');
		$start = max((int) $this->getTime('refreshed_at'), (int) $this->getTime('granted_at'));
		if ($end === null || $start === 0 || $end <= $start) {
			return null;
		}
		return array('age' => min(max(0, $now - $start), $end - $start), 'limit' => $end - $start, 'left' => max(0, $end - $now));
	}

	/**
	 * A member of the entry.
	 *
	 * @param  string $name Its name
	 * @return mixed        Its value; null if it is not there
	 */
	public function get($name)
	{
		return isset($this->entry[$name]) ? $this->entry[$name] : null;
	}

	/**
	 * A member of the entry's token.
	 *
	 * @param  string $name Its name
	 * @return mixed        Its value; null if it is not there
	 */
	public function token($name)
	{
		return isset($this->entry['token'][$name]) ? $this->entry['token'][$name] : null;
	}
}
