<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentrystate.class.php
 * \ingroup    oauthbridge
 * \brief      What the bridge's report of an entry means for a person
 */

require_once __DIR__.'/../../lib/oauthbridgelogin.lib.php';

/**
 * Reads one entry of OAuthBridgeClient::getEntries: its state, whether a person must act, what can be done. What depends on the
 * provider comes from the bridge (flows, needs_person).
 */
class OAuthBridgeEntryState
{
	/** Entries with this label serve the sign-in, which needs no stored token. */
	const LOGIN_LABEL = 'Login';

	/** Dolibarr's badge for each status of a token: status4 is green, status1 orange, status8 red, status0 grey. */
	const BADGES = array(
		'valid' => 'status4',
		'expiring' => 'status4',
		'never_expires' => 'status4',
		'unrenewable' => 'status1',
		'expired' => 'status1',
		'none' => 'status0',
		'consent_required' => 'status8',
		'unreadable' => 'status8',
		'duplicate' => 'status8',
		'incomplete' => 'status8',
		'login' => 'status4',
		'login_off' => 'status1',
	);

	/** Warnings that say the same as the reason of a state. */
	const WARNINGS_OF_STATES = array(
		'consent_required' => 'consent_required',
		'token_unreadable' => 'unreadable',
		'duplicate_rows' => 'duplicate',
		'no_refresh_token' => 'unrenewable',
		'client_id_missing' => 'incomplete',
		'client_secret_missing' => 'incomplete',
		'tenant_missing' => 'incomplete',
		'url_missing' => 'incomplete',
	);

	/** Older bridges do not report flows: both that involve a person are offered, and the bridge refuses what the provider lacks. */
	const DEFAULT_FLOWS = array('code', 'device');

	/** Older bridges do not report needs_person: these states do not improve until a person acts. */
	const STATUSES_FOR_A_PERSON = array('incomplete', 'none', 'consent_required', 'unreadable', 'duplicate');

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
	 * @return bool True for the label Login, in upper or lower case
	 */
	public function isLogin()
	{
		return strcasecmp((string) $this->get('label'), self::LOGIN_LABEL) === 0;
	}

	/**
	 * The state of the entry in one word.
	 *
	 * @return string A key of BADGES: the token's status as the bridge reports it; "incomplete" where settings are missing;
	 *                "unrenewable" where the token lives and nothing can renew it; "login" for a sign-in entry without a token,
	 *                "login_off" where conf.php does not switch the sign-in on
	 */
	public function getStatus()
	{
		if (!$this->get('complete')) {
			return 'incomplete';
		}
		$status = (string) $this->token('status');
		if ($status === 'none' && $this->isLogin()) {
			return oauthbridgeLoginIsInConf() ? 'login' : 'login_off';
		}
		$lives = $status === 'valid' || $status === 'expiring';
		return $lives && !$this->token('has_refresh_token') && !$this->isAppOnly() ? 'unrenewable' : $status;
	}

	/**
	 * Why the entry is in a state that is not good, in the user's language.
	 *
	 * @return string Text without markup; empty where all is well
	 */
	public function getReason()
	{
		global $langs;

		$status = $this->getStatus();
		if ($status === 'incomplete') {
			$missing = $this->get('missing');
			$names = array_map(static function ($setting) use ($langs) {
				$key = 'OAuthBridgeField_'.strtoupper(preg_replace('/^client_/', '', (string) $setting));
				return $langs->transnoentitiesnoconv($key);
			}, is_array($missing) ? $missing : array());
			return $langs->transnoentitiesnoconv('OAuthBridgeReason_incomplete', implode(', ', $names));
		}
		if (in_array($status, array('none', 'consent_required', 'unreadable', 'duplicate', 'unrenewable', 'login_off'), true)) {
			$key = 'OAuthBridgeReason_'.$status;
			return $langs->transnoentitiesnoconv($key);
		}
		$error = $this->token('last_error');
		return $this->needsPerson() && is_string($error) ? $error : '';
	}

	/**
	 * The main server with which this entry sends or reads mail, as its scopes or its uses tell: what a test of it should try.
	 *
	 * @param  string[] $protocols smtp, imap: what Dolibarr uses the entry for
	 * @return string              smtp or imap
	 */
	public static function mainProtocol(array $protocols)
	{
		return in_array('smtp', $protocols, true) || !$protocols ? 'smtp' : reset($protocols);
	}

	/**
	 * The class of Dolibarr's status badge.
	 *
	 * @return string status0, status1, status4 or status8
	 */
	public function getBadge()
	{
		return self::BADGES[$this->getStatus()] ?? 'status0';
	}

	/**
	 * Whether the entry stays as it is until a person acts.
	 *
	 * @return bool As the bridge reports it
	 */
	public function needsPerson()
	{
		$needsPerson = $this->get('needs_person');
		return is_bool($needsPerson)
			? $needsPerson
			: in_array($this->getStatus(), self::STATUSES_FOR_A_PERSON, true) || count($this->getWarnings()) > 0;
	}

	/**
	 * The order in which entries are listed.
	 *
	 * @return int 0 for a failure (red), 1 for what works, 2 for an entry that was never connected
	 */
	public function getUrgency()
	{
		return $this->getBadge() === 'status8' ? 0 : ($this->getStatus() === 'none' ? 2 : 1);
	}

	/**
	 * Whether there is a token to refresh or to revoke.
	 *
	 * @return bool True if there is a row in the token table
	 */
	public function hasToken()
	{
		return (string) $this->token('status') !== 'none';
	}

	/**
	 * Whether the token can be refreshed without a person.
	 *
	 * @return bool True if so
	 */
	public function canRefresh()
	{
		return in_array((string) $this->token('status'), array('valid', 'expiring', 'expired'), true)
			&& ($this->token('has_refresh_token') || $this->isAppOnly());
	}

	/**
	 * Whether the entry acts for itself instead of for a person (RFC 6749, section 4.4), so that nobody gives consent in a browser.
	 *
	 * @return bool True if client_credentials is its only flow
	 */
	public function isAppOnly()
	{
		return $this->getFlows() === array('client_credentials');
	}

	/**
	 * Whether the consent can be given on another device (RFC 8628).
	 *
	 * @return bool True if so
	 */
	public function hasDeviceFlow()
	{
		return in_array('device', $this->getFlows(), true);
	}

	/**
	 * The ways in which the entry can be connected.
	 *
	 * @return string[] Of code, device, client_credentials
	 */
	public function getFlows()
	{
		$flows = $this->get('flows');
		return is_array($flows) ? array_values($flows) : self::DEFAULT_FLOWS;
	}

	/**
	 * What somebody should look at.
	 *
	 * @return array<int,array{code:string,message:string}> Warnings, as the bridge reports them (English)
	 */
	public function getWarnings()
	{
		$warnings = $this->get('warnings');
		return is_array($warnings) ? $warnings : array();
	}

	/**
	 * The warnings that say more than the reason of the state.
	 *
	 * @return array<int,array{code:string,message:string}> As getWarnings()
	 */
	public function getFurtherWarnings()
	{
		$status = $this->getStatus();
		return array_values(array_filter($this->getWarnings(), static function ($warning) use ($status) {
			return (self::WARNINGS_OF_STATES[$warning['code'] ?? ''] ?? '-') !== $status;
		}));
	}

	/**
	 * A time of the token.
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
	 * The refresh token's age against its lifetime, counted from the last refresh or consent.
	 *
	 * @param  int $now Unix time
	 * @return array{age:int,limit:int,left:int}|null Seconds, 0 to limit; null where there is no limit or it is unknown
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
	 * @param  string $name Its name in the bridge's report
	 * @return mixed        Its value; null if it is absent
	 */
	public function get($name)
	{
		return isset($this->entry[$name]) ? $this->entry[$name] : null;
	}

	/**
	 * A member of the entry's token.
	 *
	 * @param  string $name Its name in the bridge's report
	 * @return mixed        Its value; null if it is absent
	 */
	public function token($name)
	{
		return isset($this->entry['token'][$name]) ? $this->entry['token'][$name] : null;
	}
}
