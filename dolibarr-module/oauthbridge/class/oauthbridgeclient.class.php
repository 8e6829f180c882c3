<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/oauthbridgeclient.class.php
 * \ingroup    oauthbridge
 * \brief      The client of the bridge's API
 */

require_once __DIR__.'/client/oauthbridgeapi.class.php';

/**
 * The bridge's HTTP API, version 1. For other modules:
 *
 *     dol_include_once('/oauthbridge/class/oauthbridgeclient.class.php');
 *     try {
 *         $token = (new OAuthBridgeClient())->getAccessToken('GOOGLE-Mail');
 *     } catch (OAuthBridgeException $e) {
 *         // Decide by $e->getProblemCode(): consent_required, provider_unavailable, unreachable, ...
 *     }
 *
 * The name of an entry is the one in Dolibarr's mail settings (GOOGLE-Mail) or the service of its token row (Google-Mail). Unless it says
 * otherwise, a method throws OAuthBridgeUnreachableException where the sidecar does not answer and OAuthBridgeException where it refuses.
 */
class OAuthBridgeClient
{
	/** The module's version: the bridge's should be the same. */
	const VERSION = '0.1.0';

	/** @var OAuthBridgeApi */
	private $api;

	/**
	 * Reads OAUTHBRIDGE_ADDRESS, OAUTHBRIDGE_API_KEY and the current entity from Dolibarr's setup where they are not given.
	 *
	 * @param string|null $address Address or socket of the sidecar, see OAuthBridgeAddress::parse
	 * @param string|null $apiKey  The key that module and sidecar share
	 * @param int|null    $entity  The entity
	 */
	public function __construct(
		$address = null,
		#[\SensitiveParameter]
		$apiKey = null,
		$entity = null
	) {
		$this->api = new OAuthBridgeApi($address, $apiKey, $entity);
	}

	/**
	 * The address of the sidecar.
	 *
	 * @return string Such as http://127.0.0.1:8765; empty where the configured one is invalid
	 */
	public function getAddress()
	{
		return $this->api->getAddress();
	}

	/**
	 * Sets the timeout of the next requests.
	 *
	 * @param  int  $milliseconds Milliseconds for a whole request; the default is OAuthBridgeTransport::TOTAL_TIMEOUT
	 * @return void
	 */
	public function setTimeout($milliseconds)
	{
		$this->api->setTimeout($milliseconds);
	}

	/**
	 * Every OAuth entry of the entity with the state of its token. The report holds no token and no secret.
	 *
	 * @param  int $timeout Timeout in milliseconds
	 * @return array<int,array<string,mixed>> One array per entry: entry, service, provider, label, entity, scopes, client_id, redirect_uri,
	 *                                        complete, missing, flows, needs_person, token, warnings
	 * @throws OAuthBridgeException See the class
	 */
	public function getEntries($timeout = OAuthBridgeTransport::TOTAL_TIMEOUT)
	{
		$this->api->setTimeout($timeout);
		try {
			$answer = $this->api->call('GET', '/v1/entries');
		} finally {
			$this->api->setTimeout(OAuthBridgeTransport::TOTAL_TIMEOUT);
		}
		if (!isset($answer['entries']) || !is_array($answer['entries'])) {
			throw $this->api->invalidAnswer('it has no entries');
		}
		return $answer['entries'];
	}

	/**
	 * One entry, as in getEntries().
	 *
	 * @param  string $entry Name of the entry
	 * @return array<string,mixed> The entry
	 * @throws OAuthBridgeException See the class
	 */
	public function getEntry($entry)
	{
		return $this->api->call('GET', $this->path($entry));
	}

	/**
	 * An access token that is valid for at least $minTtl seconds; the bridge refreshes it if necessary.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  int    $minTtl Seconds for which it must still be valid
	 * @return string The access token
	 * @throws OAuthBridgeException See the class
	 */
	public function getAccessToken($entry, $minTtl = 60)
	{
		return $this->getToken($entry, $minTtl)['access_token'];
	}

	/**
	 * An access token with its properties.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  int    $minTtl Seconds for which it must still be valid
	 * @return array{access_token:string,token_type:string,expires_at:string|null,expires_in:int|null,scope:string|null,service:string}
	 *         expires_at as RFC 3339, expires_in in seconds; both null where the token never expires
	 * @throws OAuthBridgeException See the class
	 */
	public function getToken($entry, $minTtl = 60)
	{
		return $this->checkToken($this->api->call('GET', $this->path($entry, '/token'), array('min_ttl' => (int) $minTtl)));
	}

	/**
	 * The SASL initial response for AUTH XOAUTH2 (SMTP) and AUTHENTICATE XOAUTH2 (IMAP).
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $user   Mailbox to log in to
	 * @param  int    $minTtl Seconds for which the token must still be valid
	 * @return string Base64; holds the access token
	 * @throws OAuthBridgeException See the class
	 */
	public function getXOAuth2String($entry, $user, $minTtl = 60)
	{
		if ($user === '' || preg_match('/[\x00-\x1f\x7f]/', $user)) {
			throw new OAuthBridgeException('invalid_request', 'The mailbox must be given, without control characters.');
		}
		return base64_encode('user='.$user."\x01auth=Bearer ".$this->getAccessToken($entry, $minTtl)."\x01\x01");
	}

	/**
	 * Refreshes the access token even if it is still valid.
	 *
	 * @param  string $entry Name of the entry
	 * @return array<string,mixed> As getToken()
	 * @throws OAuthBridgeException See the class
	 */
	public function refresh($entry)
	{
		return $this->checkToken($this->api->call('POST', $this->path($entry, '/token/refresh')));
	}

	/**
	 * Revokes the grant at the provider, where that supports it, and deletes its row.
	 *
	 * @param  string $entry Name of the entry
	 * @param  bool   $force Delete the row even if the provider does not answer
	 * @return string        What happened at the provider: revoked, not_offered (it has no way to), failed or not_asked
	 * @throws OAuthBridgeException See the class
	 */
	public function revoke($entry, $force = false)
	{
		$this->api->call('DELETE', $this->path($entry, '/token'), array('revoke' => 'true', 'force' => $force ? 'true' : 'false'));
		$outcome = $this->api->getHeader('revocation');
		return in_array($outcome, array('revoked', 'not_offered', 'failed'), true) ? $outcome : 'not_asked';
	}

	/**
	 * Begins a consent.
	 *
	 * @param  string              $entry   Name of the entry
	 * @param  array<string,mixed> $options flow (code, device or client_credentials), session_binding, redirect_uri, login_hint
	 * @return array<string,mixed> code: authorization_url, state, expires_in (seconds), consent_id. device: user_code, verification_uri,
	 *                             verification_uri_complete, interval and expires_in (seconds), consent_id. client_credentials: the
	 *                             token's state
	 * @throws OAuthBridgeException See the class
	 */
	public function beginConsent($entry, array $options)
	{
		return $this->api->call('POST', $this->path($entry, '/consent'), array(), $options);
	}

	/**
	 * Finishes a consent by code with the provider's authorization response.
	 *
	 * @param  array<string,string> $callback session_binding, and state, code, iss, error, error_description as the browser brought them
	 * @return array<string,mixed> entry and token (its state, not the token itself)
	 * @throws OAuthBridgeException See the class
	 */
	public function finishConsent(
		#[\SensitiveParameter]
		array $callback
	) {
		return $this->api->call('POST', '/v1/consent/callback', array(), $callback);
	}

	/**
	 * The state of a consent.
	 *
	 * @param  string $consentId consent_id that beginConsent() gave
	 * @return array<string,mixed> status: pending, granted, denied or expired
	 * @throws OAuthBridgeException See the class
	 */
	public function getConsent($consentId)
	{
		$segment = $this->segment($consentId, '/^[A-Za-z0-9_-]{1,128}$/D', 'a consent', '32 hexadecimal digits');
		return $this->api->call('GET', '/v1/consent/'.$segment);
	}

	/**
	 * Logs in to an SMTP server with the entry's token. Sends no mail.
	 *
	 * @param  string              $entry  Name of the entry
	 * @param  array<string,mixed> $server host, port, security (none, starttls or tls), username
	 * @return array<string,mixed> ok, mechanism, steps (name, ok, detail, ms); a failed login is an answer too, with ok false
	 * @throws OAuthBridgeException See the class
	 */
	public function checkSmtp($entry, array $server)
	{
		return $this->api->call('POST', $this->path($entry, '/check/smtp'), array(), $server);
	}

	/**
	 * Logs in to an IMAP server with the entry's token.
	 *
	 * @param  string              $entry  Name of the entry
	 * @param  array<string,mixed> $server host, port, security (none, starttls or tls), username
	 * @return array<string,mixed> As checkSmtp()
	 * @throws OAuthBridgeException See the class
	 */
	public function checkImap($entry, array $server)
	{
		return $this->api->call('POST', $this->path($entry, '/check/imap'), array(), $server);
	}

	/**
	 * Tells the bridge that something else answered at its address before.
	 *
	 * @return void
	 * @throws OAuthBridgeException See the class
	 */
	public function reportImpostor()
	{
		$this->api->call('POST', '/v1/events', array(), array('kind' => 'impostor'));
	}

	/**
	 * Begins a sign-in.
	 *
	 * @param  string              $entry   Name of the entry
	 * @param  array<string,mixed> $options session_binding, redirect_uri, login_hint; what the bridge counts by: session_key (the same for
	 *                                      all sign-ins of a session), client_address (the browser's)
	 * @return array<string,mixed> authorization_url, state, continuation (to be given to finishLogin)
	 * @throws OAuthBridgeException See the class
	 */
	public function beginLogin($entry, array $options)
	{
		return $this->api->call('POST', $this->path($entry, '/login'), array(), $options);
	}

	/**
	 * Finishes a sign-in with the provider's authorization response.
	 *
	 * @param  array<string,string> $callback session_binding and continuation, and state, code, iss, error, error_description as the
	 *                                        browser brought them
	 * @return array<string,mixed> issuer, subject, email, email_verified, name, preferred_username, hosted_domain, tenant_id
	 * @throws OAuthBridgeException Code identity_rejected: getReason() says which check failed
	 */
	public function finishLogin(
		#[\SensitiveParameter]
		array $callback
	) {
		return $this->api->call('POST', '/v1/login/callback', array(), $callback);
	}

	/**
	 * What happened to an entry's grant, newest first.
	 *
	 * @param  string $entry Name of the entry
	 * @param  int    $limit Most events
	 * @return array<int,array<string,mixed>> at (RFC 3339), kind, outcome (ok or failed), detail
	 * @throws OAuthBridgeException See the class
	 */
	public function getHistory($entry, $limit = 50)
	{
		$answer = $this->api->call('GET', $this->path($entry, '/history'), array('limit' => (int) $limit));
		return isset($answer['events']) && is_array($answer['events']) ? $answer['events'] : array();
	}

	/**
	 * The notices after a number, oldest first, at most 200.
	 *
	 * @param  int $after The "last" of the answer before; 0 for all that are kept
	 * @return array{events:array<int,array<string,mixed>>,last:int} events: id, at, kind, entry, entity, severity, message, advice
	 * @throws OAuthBridgeException See the class
	 */
	public function getNotices($after)
	{
		$answer = $this->api->call('GET', '/v1/events', array('after' => (int) $after));
		if (!isset($answer['events'], $answer['last']) || !is_array($answer['events'])) {
			throw $this->api->invalidAnswer('it has no events');
		}
		return array('events' => $answer['events'], 'last' => (int) $answer['last']);
	}

	/**
	 * What is wrong with the installation, as the command "doctor --offline" finds it. Entity 1 only.
	 *
	 * @return array<string,mixed> healthy; findings: severity (error, warning or info), code, subject, evidence, advice
	 * @throws OAuthBridgeException See the class
	 */
	public function getFindings()
	{
		return $this->api->call('GET', '/v1/doctor');
	}

	/**
	 * The sidecar's health, for a page. Never throws; its timeout is PAGE_TIMEOUT.
	 *
	 * @return array{address:string,reachable:bool,ready:bool,authorized:bool,version:string|null,error:string|null,code:string}
	 *         reachable: it answers; ready: it can do its work; authorized: it accepts the API key; error and code: the problem, in words
	 *         and as problem code: of the API, or not_ready, not_listening, timeout, no_sockets, bad_address, impostor, invalid_answer
	 */
	public function getHealth()
	{
		$health = array(
			'address' => $this->getAddress(),
			'reachable' => false,
			'ready' => false,
			'authorized' => false,
			'version' => null,
			'error' => null,
			'code' => '',
		);
		$this->api->setTimeout(OAuthBridgeTransport::PAGE_TIMEOUT);
		try {
			$answer = $this->api->send('GET', '/readyz');
			$health['reachable'] = true;
			if ($answer['status'] !== 200) {
				$answer = $this->api->send('GET', '/readyz', array(), null, $this->api->requireProof()); // another program can say that too
			}
			$health['ready'] = $answer['status'] === 200;
			if (!$health['ready']) {
				$health['code'] = 'not_ready';
				$cannot = strpos($answer['body'], 'state_directory') !== false
					? 'cannot use its state directory, so it refreshes nothing'
					: 'cannot read the database';
				$health['error'] = 'The bridge runs but '.$cannot.'. Its log says why: journalctl -u dolibarr-oauth-bridge.';
				return $health;
			}
			$about = $this->api->call('GET', '/v1/version');
			$health['authorized'] = true;
			$health['version'] = isset($about['version']) && is_string($about['version']) ? $about['version'] : null;
		} catch (OAuthBridgeException $e) {
			$health['error'] = $e->getDetail();
			$health['code'] = $e instanceof OAuthBridgeUnreachableException && $e->getProblemCode() === 'unreachable'
				? $e->cause
				: $e->getProblemCode();
		} finally {
			$this->api->setTimeout(OAuthBridgeTransport::TOTAL_TIMEOUT);
		}
		return $health;
	}

	/**
	 * Sends a refresh request of Dolibarr's own code (RFC 6749, section 6) to the bridge.
	 *
	 * @param  array<string,string> $form grant_type, client_id, client_secret, refresh_token as that code sends them
	 * @return array{status:int,body:string} The answer: JSON, for an error as well
	 * @throws OAuthBridgeException See the class
	 */
	public function redeemRefreshToken(
		#[\SensitiveParameter]
		array $form
	) {
		return $this->api->redeem($form);
	}

	/**
	 * The path of an entry.
	 *
	 * @param  string $entry Name of the entry
	 * @param  string $rest  What follows the name
	 * @return string Path
	 * @throws OAuthBridgeException It cannot be the name of an entry (invalid_request)
	 */
	private function path($entry, $rest = '')
	{
		return '/v1/entries/'.$this->segment($entry, '/^[A-Za-z][^\x00-\x1f\x7f\/]{0,127}$/D', 'an entry', 'GOOGLE-Mail').$rest;
	}

	/**
	 * A value as a segment of a path.
	 *
	 * @param  string $value   The value
	 * @param  string $pattern Regular expression that it must match
	 * @param  string $what    What it names, for the message
	 * @param  string $example A valid value, for the message
	 * @return string Percent-encoded
	 * @throws OAuthBridgeException It does not match (invalid_request)
	 */
	private function segment($value, $pattern, $what, $example)
	{
		if (!is_string($value) || !preg_match($pattern, $value)) {
			throw new OAuthBridgeException('invalid_request', 'This cannot be the name of '.$what.', which looks like '.$example.'.');
		}
		return rawurlencode($value);
	}

	/**
	 * Checks an answer that must hold an access token.
	 *
	 * @param  array<string,mixed> $answer The answer
	 * @return array<string,mixed> The answer, with every member of getToken()
	 * @throws OAuthBridgeException It holds no usable token (invalid_answer)
	 */
	private function checkToken(
		#[\SensitiveParameter]
		array $answer
	) {
		$token = isset($answer['access_token']) ? $answer['access_token'] : null;
		if (!is_string($token) || !preg_match('/^[\x21-\x7e]+$/D', $token)) {
			throw $this->api->invalidAnswer('it holds no access token');
		}
		return $answer + array('token_type' => 'Bearer', 'expires_at' => null, 'expires_in' => null, 'scope' => null, 'service' => '');
	}
}
