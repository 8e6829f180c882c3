<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgesignin.class.php
 * \ingroup    oauthbridge
 * \brief      A sign-in, from the button to Dolibarr's own login
 */

require_once __DIR__.'/../oauthbridgeclient.class.php';
require_once __DIR__.'/../client/oauthbridgependingauthorizations.class.php';

/**
 * What the PHP session keeps of its sign-ins: the pending ones, and the one-time ticket that turns a finished one into a login.
 * None of it is valid in another session.
 */
class OAuthBridgeSignIn
{
	/** Purpose: log in to Dolibarr. */
	const LOGIN = 'login';

	/** Purpose: a logged-in user links an account to their Dolibarr user. */
	const LINK = 'link';

	/** Seconds for which a ticket is valid. */
	const TICKET_TTL = 60;

	/** Name of the request parameter that carries the ticket, and of the session variable that holds its hash. */
	const TICKET = 'oauthbridge_ticket';

	/** Session variable: pending sign-ins. */
	const PENDING = 'oauthbridge_signins';

	/** Session variable: a random text, the same for all sign-ins of the session. The bridge counts them by its hash. */
	const COUNTED = 'oauthbridge_counted';

	/** Value of afteroauthloginreturn by which Dolibarr's main.inc.php attempts a login when the browser comes back. */
	const MODE = 'oauthbridge';

	/** Longest page address that a login returns to, in bytes. */
	const MAX_PAGE_LENGTH = 2000;

	/** Parameters that a page does not get after the login: they would trigger an action, or belong to the login itself. */
	const DROPPED_PARAMETERS = array(
		'action', 'confirm', 'massaction', 'token', 'actionlogin', 'username', 'password', 'afteroauthloginreturn', 'entity',
		'switchentity', 'loginfunction', 'openid_mode', self::TICKET,
	);

	/** @var OAuthBridgeClient|null Null where only a ticket is redeemed */
	private $client;

	/** @var OAuthBridgePendingAuthorizations */
	private $pending;

	/** @var int Unix time */
	private $now;

	/**
	 * @param OAuthBridgeClient|null $client The bridge; null where only a ticket is redeemed
	 * @param int                    $now    Unix time
	 */
	public function __construct($client, $now)
	{
		$this->client = $client;
		$this->now = (int) $now;
		$this->pending = new OAuthBridgePendingAuthorizations(self::PENDING, $this->now);
	}

	/**
	 * Begins a sign-in.
	 *
	 * @param  string              $entry       Name of the entry
	 * @param  string              $redirectUri Absolute URL of the page that finishes it
	 * @param  array<string,mixed> $record      What take() gives back: purpose (LOGIN or LINK), and what that needs
	 * @return string                           The provider's page to send the browser to: http or https
	 * @throws OAuthBridgeException The bridge refuses or does not answer, names no usable page (invalid_answer), or too many are under way
	 *                              (too_many_requests)
	 */
	public function begin($entry, $redirectUri, array $record)
	{
		return $this->pending->begin(
			function ($binding) use ($entry, $redirectUri) {
				$options = array('redirect_uri' => $redirectUri, 'session_binding' => $binding, 'session_key' => self::sessionKey());
				return $this->client->beginLogin($entry, $options + self::clientAddress());
			},
			array('entry' => $entry) + $record
		);
	}

	/**
	 * What the bridge counts this session's sign-ins by. It says nothing of the session's secrets.
	 *
	 * @return string SHA-256 in hexadecimal
	 */
	private static function sessionKey()
	{
		if (!isset($_SESSION[self::COUNTED]) || !is_string($_SESSION[self::COUNTED])) {
			$_SESSION[self::COUNTED] = bin2hex(random_bytes(32));
		}
		return hash('sha256', $_SESSION[self::COUNTED]);
	}

	/**
	 * The browser's address, by which the bridge counts sign-ins too, as the web server gives it. Headers do not matter: anybody can send
	 * them. None where it is loopback or private: that may be a proxy's, which would count for everybody.
	 *
	 * @return array<string,string> client_address, or nothing
	 */
	private static function clientAddress()
	{
		$address = preg_replace('/^::ffff:(?=\d+\.)/i', '', (string) ($_SERVER['REMOTE_ADDR'] ?? ''));
		$isPublic = filter_var($address, FILTER_VALIDATE_IP, FILTER_FLAG_NO_PRIV_RANGE | FILTER_FLAG_NO_RES_RANGE) !== false;
		return $isPublic ? array('client_address' => $address) : array();
	}

	/**
	 * Removes the sign-in that a response belongs to from the session and returns it. A response is accepted once.
	 *
	 * @param  array<string,string> $response As OAuthBridgePendingAuthorizations::readResponse gave it
	 * @return array<string,mixed>|null       The record given to begin(); null if this session has begun no such sign-in, or it has
	 *                                        expired
	 */
	public function take(
		#[\SensitiveParameter]
		array $response
	) {
		return $this->pending->take($response);
	}

	/**
	 * Exchanges the provider's response for the identity of the person who signed in.
	 *
	 * @param  array<string,mixed>  $record   As take() gave it
	 * @param  array<string,string> $response As OAuthBridgePendingAuthorizations::readResponse gave it
	 * @return array<string,mixed>            issuer, subject, email, email_verified, name, preferred_username, hosted_domain, tenant_id
	 * @throws OAuthBridgeException The identity is refused (identity_rejected, with a reason), or the bridge or the provider fails
	 */
	public function finish(
		array $record,
		#[\SensitiveParameter]
		array $response
	) {
		$own = array_intersect_key($record, array('continuation' => ''));
		return $this->client->finishLogin($response + array('session_binding' => $record['binding']) + $own);
	}

	/**
	 * Makes the ticket that logs a user in, once, in this session only. The session keeps its SHA-256, not the ticket.
	 *
	 * @param  stdClass            $user   rowid, login
	 * @param  int                 $entity The entity
	 * @param  array<string,mixed> $record As take() gave it; form: fields of Dolibarr's login form
	 * @return string                      The ticket: 64 hexadecimal digits, valid for TICKET_TTL seconds
	 */
	public function issueTicket($user, $entity, array $record)
	{
		$ticket = bin2hex(random_bytes(32));
		$_SESSION[self::TICKET] = array(
			'hash' => hash('sha256', $ticket),
			'expires' => $this->now + self::TICKET_TTL,
			'user' => (int) $user->rowid,
			'login' => (string) $user->login,
			'entity' => (int) $entity,
			'entry' => isset($record['entry']) ? (string) $record['entry'] : '',
			'form' => isset($record['form']) ? $record['form'] : array(),
			'account' => isset($record['account']) ? $record['account'] : null,
		);
		return $ticket;
	}

	/**
	 * Redeems a ticket. The session's ticket is removed whatever is presented, so there is one attempt only.
	 *
	 * @param  string $ticket           What the browser presents
	 * @param  int    $entity           The entity to log in to
	 * @return array<string,mixed>|null user, login, entry, form; null if the ticket is wrong, expired, used, or of another entity
	 */
	public function redeemTicket(
		#[\SensitiveParameter]
		$ticket,
		$entity
	) {
		$known = isset($_SESSION[self::TICKET]) ? $_SESSION[self::TICKET] : null;
		unset($_SESSION[self::TICKET]);
		$isValid = is_array($known) && isset($known['expires']) && is_string($ticket)
			&& hash_equals($known['hash'], hash('sha256', $ticket))
			&& $this->now < $known['expires'] && $known['entity'] === (int) $entity;
		return $isValid ? $known : null;
	}

	/**
	 * The page to open after the login.
	 *
	 * @param  string $wanted Path and query of the page that asked for the login, as the browser sent it
	 * @param  string $root   Dolibarr's path, such as /dolibarr; empty for the root of the site
	 * @return string         That page without DROPPED_PARAMETERS; Dolibarr's home page where it is not a page of this Dolibarr
	 */
	public static function backTo($wanted, $root)
	{
		$home = $root.'/index.php';
		$parts = explode('?', (string) $wanted, 2);
		$path = $parts[0];
		if (
			!preg_match('~^/[A-Za-z0-9_./-]*$~D', $path) || strpos($path, '//') !== false || strpos($path, '..') !== false
			|| strncmp($path, $root.'/', strlen($root) + 1) !== 0 || strlen($wanted) > self::MAX_PAGE_LENGTH
		) {
			return $home;
		}
		$parameters = array();
		parse_str(isset($parts[1]) ? $parts[1] : '', $parameters);
		$parameters = array_diff_key($parameters, array_flip(self::DROPPED_PARAMETERS));
		$page = substr($path, -4) === '.php' ? $path : $home;
		return $page.($parameters ? '?'.http_build_query($parameters, '', '&') : '');
	}
}
