<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors */

/**
 * \file       class/oauthbridgesignin.class.php
 * \ingroup    oauthbridge
 * \brief      A sign-in between the button and Dolibarr's own login
 */

require_once __DIR__.'/oauthbridgeclient.class.php';

/**
 * What a browser's PHP session remembers of its sign-ins: those under way, and the one-time ticket that turns a finished one
 * into a login. Nothing of it is of use in another session.
 */
class OAuthBridgeSignIn
{
	/** A sign-in to Dolibarr. */
	const LOGIN = 'login';

	/** A user who links an account to himself. */
	const LINK = 'link';

	/** Seconds that a person may stay at the provider; as long as the bridge waits. */
	const OPEN_FOR = 600;

	/** Seconds that a ticket is good for. */
	const TICKET_FOR = 60;

	/** Sign-ins under way in one session, as many as there may be tabs. */
	const MOST = 5;

	/** The parameter that brings a ticket, and its place in the session. */
	const TICKET = 'oauthbridge_ticket';

	const PENDING = 'oauthbridge_signins';

	/** What main.inc.php calls us by when we come back. */
	const MODE = 'oauthbridge';

	/** @var OAuthBridgeClient */
	private $client;

	/** @var int Seconds since 1970 */
	private $now;

	/**
	 * @param OAuthBridgeClient $client The bridge
	 * @param int               $now    Seconds since 1970
	 */
	public function __construct($client, $now)
	{
		$this->client = $client;
		$this->now = (int) $now;
	}

	/**
	 * Begins a sign-in.
	 *
	 * @param  string              $entry       The entry
	 * @param  string              $redirectUri The page that finishes it
	 * @param  array<string,mixed> $memory      What the session remembers of it: purpose (LOGIN or LINK), and what that needs
	 * @return string                           Where the browser goes
	 * @throws OAuthBridgeException Nobody can sign in with the entry now
	 */
	public function begin($entry, $redirectUri, array $memory)
	{
		$binding = bin2hex(random_bytes(32));
		$start = $this->client->beginLogin($entry, array('redirect_uri' => $redirectUri, 'session_binding' => $binding));
		$url = isset($start['authorization_url']) && is_string($start['authorization_url']) ? $start['authorization_url'] : '';
		$state = isset($start['state']) && is_string($start['state']) ? $start['state'] : '';
		if ($state === '' || !preg_match('/^https?:\/\/[^\s\x00-\x1f\x7f]+$/D', $url)) {
			throw new OAuthBridgeException('invalid_answer', 'The bridge does not say where to send the browser.');
		}

		$pending = isset($_SESSION[self::PENDING]) && is_array($_SESSION[self::PENDING]) ? $_SESSION[self::PENDING] : array();
		$pending[$this->key($state)] = array('entry' => $entry, 'binding' => $binding, 'until' => $this->now + self::OPEN_FOR) + $memory;
		$_SESSION[self::PENDING] = array_slice($pending, -self::MOST, null, true);
		return $url;
	}

	/**
	 * Takes the sign-in that an answer belongs to out of the session: it is answered once.
	 *
	 * @param  array<string,string> $callback What the provider sent
	 * @return array<string,mixed>|null       What the session remembered; null if this browser began no such sign-in, or long ago
	 */
	public function take(array $callback)
	{
		$key = isset($callback['state']) ? $this->key($callback['state']) : '';
		if ($key === '' || !isset($_SESSION[self::PENDING][$key])) {
			return null;
		}
		$memory = $_SESSION[self::PENDING][$key];
		unset($_SESSION[self::PENDING][$key]);
		return is_array($memory) && $memory['until'] > $this->now ? $memory : null;
	}

	/**
	 * Finds out who signed in.
	 *
	 * @param  array<string,mixed>  $memory   As take gave it
	 * @param  array<string,string> $callback What the provider sent
	 * @return array<string,mixed>            issuer, subject, email, email_verified, name, preferred_username, hosted_domain, tenant_id
	 * @throws OAuthBridgeException Nobody, or nobody knows now
	 */
	public function finish(array $memory, array $callback)
	{
		return $this->client->finishLogin($callback + array('session_binding' => $memory['binding']));
	}

	/**
	 * Makes the ticket with which this session, and only it, logs a user in.
	 *
	 * @param  stdClass            $user   rowid, login
	 * @param  int                 $entity The company
	 * @param  array<string,mixed> $memory As take gave it
	 * @return string                      The ticket
	 */
	public function issueTicket($user, $entity, array $memory)
	{
		$ticket = bin2hex(random_bytes(32));
		$_SESSION[self::TICKET] = array(
			'hash' => hash('sha256', $ticket),
			'until' => $this->now + self::TICKET_FOR,
			'user' => (int) $user->rowid,
			'login' => (string) $user->login,
			'entity' => (int) $entity,
			'form' => isset($memory['form']) ? $memory['form'] : array(),
		);
		return $ticket;
	}

	/**
	 * Takes the ticket. Whatever is presented, the session's ticket is gone then: nobody can try twice.
	 *
	 * @param  string $ticket             What the browser presents
	 * @param  int    $entity             The company that it wants to enter
	 * @return array<string,mixed>|null   user, login, form; null if the ticket is not good (any more)
	 */
	public function redeemTicket($ticket, $entity)
	{
		$known = isset($_SESSION[self::TICKET]) ? $_SESSION[self::TICKET] : null;
		unset($_SESSION[self::TICKET]);
		$isGood = is_array($known) && is_string($ticket) && hash_equals($known['hash'], hash('sha256', $ticket))
			&& $known['until'] > $this->now && $known['entity'] === (int) $entity;
		return $isGood ? $known : null;
	}

	/**
	 * What a provider may send back (OpenID Connect Core, RFC 6749, RFC 9207), character for character; the bridge judges it.
	 *
	 * @param  string $query              The query of the request
	 * @return array<string,string>|null  Parameters; null where one is repeated or much too long
	 */
	public static function readCallback($query)
	{
		$callback = array();
		foreach (explode('&', (string) $query) as $pair) {
			$parts = array_map('urldecode', explode('=', $pair, 2));
			if (!in_array($parts[0], array('state', 'code', 'iss', 'error'), true)) {
				continue;
			}
			if (isset($callback[$parts[0]]) || !isset($parts[1]) || strlen($parts[1]) > 4096) {
				return null;
			}
			$callback[$parts[0]] = $parts[1];
		}
		return $callback;
	}

	/**
	 * A page of this Dolibarr to go on with after the login.
	 *
	 * @param  string $wanted The page that the login stood in the way of, as the browser says
	 * @param  string $root   Dolibarr's path, such as /dolibarr or nothing
	 * @return string         That page without what would act; the home page where it is none of Dolibarr's
	 */
	public static function backTo($wanted, $root)
	{
		$home = $root.'/index.php';
		$parts = explode('?', (string) $wanted, 2);
		if (
			!preg_match('~^/[A-Za-z0-9_./-]*$~D', $parts[0]) || strpos($parts[0], '//') !== false || strpos($parts[0], '..') !== false
			|| strncmp($parts[0], $root.'/', strlen($root) + 1) !== 0 || strlen($wanted) > 2000
		) {
			return $home;
		}
		$query = array();
		parse_str(isset($parts[1]) ? $parts[1] : '', $query);
		$query = array_diff_key($query, array_flip(array('action', 'confirm', 'massaction', 'token', 'actionlogin', 'username', 'password', 'afteroauthloginreturn', 'entity', 'switchentity', 'loginfunction', self::TICKET)));
		return (substr($parts[0], -4) === '.php' ? $parts[0] : $home).($query ? '?'.http_build_query($query, '', '&') : '');
	}

	/**
	 * How the session names a sign-in.
	 *
	 * @param  string $state The state parameter
	 * @return string        Its hash; nothing of nothing
	 */
	private function key($state)
	{
		return $state === '' ? '' : hash('sha256', $state);
	}
}
