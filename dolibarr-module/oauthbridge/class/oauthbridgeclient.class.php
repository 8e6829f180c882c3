<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/oauthbridgeclient.class.php
 * \ingroup    oauthbridge
 * \brief      Asks the bridge for access tokens
 */

require_once __DIR__.'/client/oauthbridgeapi.class.php';

/**
 * The bridge's HTTP API, version 1. For other modules:
 *
 *     dol_include_once('/oauthbridge/class/oauthbridgeclient.class.php');
 *     try {
 *         $token = (new OAuthBridgeClient())->getAccessToken('GOOGLE-Mail');
 *     } catch (OAuthBridgeException $e) {
 *         // $e->getProblemCode() is what to decide by: consent_required, provider_unavailable, unreachable, ...
 *     }
 *
 * An entry is named as Dolibarr's mail settings hold it (GOOGLE-Mail) or as its token row is (Google-Mail). Every method throws
 * OAuthBridgeUnreachableException where the sidecar does not answer and OAuthBridgeException where it refuses.
 */
class OAuthBridgeClient
{
	/** @var OAuthBridgeApi */
	private $api;

	/**
	 * Reads OAUTHBRIDGE_ADDRESS, OAUTHBRIDGE_API_KEY and the current company from Dolibarr's setup where they are not given.
	 *
	 * @param string|null $address Address or socket of the sidecar, see OAuthBridgeAddress::parse
	 * @param string|null $apiKey  The key that module and sidecar share
	 * @param int|null    $entity  The company
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
	 * The address asked, as it is shown to an admin.
	 *
	 * @return string Such as http://127.0.0.1:8765; empty where the setup holds none that can be used
	 */
	public function getAddress()
	{
		return $this->api->getAddress();
	}

	/**
	 * Every OAuth entry of the company with the state of its token. No token, no secret.
	 *
	 * @param  int $timeout Milliseconds to wait at most
	 * @return array<int,array<string,mixed>> One array per entry: entry, service, provider, label, entity, scopes, client_id, redirect_uri, complete, missing, token, warnings
	 * @throws OAuthBridgeException
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
	 * One entry, as in getEntries.
	 *
	 * @param  string $entry Name of the entry
	 * @return array<string,mixed> The entry
	 * @throws OAuthBridgeException
	 */
	public function getEntry($entry)
	{
		return $this->api->call('GET', $this->path($entry));
	}

	/**
	 * An access token that lives for at least some time, refreshed if need be.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  int    $minTtl Seconds that it must live
	 * @return string The access token
	 * @throws OAuthBridgeException
	 */
	public function getAccessToken($entry, $minTtl = 60)
	{
		return $this->getToken($entry, $minTtl)['access_token'];
	}

	/**
	 * An access token with what is known of it.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  int    $minTtl Seconds that it must live
	 * @return array{access_token:string,token_type:string,expires_at:string|null,expires_in:int|null,scope:string|null,service:string} expires_at as RFC 3339, expires_in in seconds; both null where the token never expires
	 * @throws OAuthBridgeException
	 */
	public function getToken($entry, $minTtl = 60)
	{
		return $this->checkToken($this->api->call('GET', $this->path($entry, '/token'), array('min_ttl' => (int) $minTtl)));
	}

	/**
	 * What SMTP and IMAP want after AUTH XOAUTH2 or AUTHENTICATE XOAUTH2, in base64.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $user   Mailbox to log in to
	 * @param  int    $minTtl Seconds that the token must live
	 * @return string The SASL initial response
	 * @throws OAuthBridgeException
	 */
	public function getXOAuth2String($entry, $user, $minTtl = 60)
	{
		if ($user === '' || preg_match('/[\x00-\x1f\x7f]/', $user)) {
			throw new OAuthBridgeException('invalid_request', 'The mailbox must be given, without control characters.');
		}
		return base64_encode('user='.$user."\x01auth=Bearer ".$this->getAccessToken($entry, $minTtl)."\x01\x01");
	}

	/**
	 * A new access token, even if the old one still lives.
	 *
	 * @param  string $entry Name of the entry
	 * @return array<string,mixed> As getToken
	 * @throws OAuthBridgeException
	 */
	public function refresh($entry)
	{
		return $this->checkToken($this->api->call('POST', $this->path($entry, '/token/refresh')));
	}

	/**
	 * Revokes the grant at the provider, where it can be, and deletes its row.
	 *
	 * @param  string $entry Name of the entry
	 * @param  bool   $force Delete the row even if the provider does not answer
	 * @return void
	 * @throws OAuthBridgeException
	 */
	public function revoke($entry, $force = false)
	{
		$this->api->call('DELETE', $this->path($entry, '/token'), array('revoke' => 'true', 'force' => $force ? 'true' : 'false'));
	}

	/**
	 * Begins a consent.
	 *
	 * @param  string              $entry   Name of the entry
	 * @param  array<string,mixed> $options flow (code, device or client_credentials), session_binding, redirect_uri, login_hint
	 * @return array<string,mixed> code: authorization_url, state, expires_in; device: user_code, verification_uri, verification_uri_complete, interval, expires_in, consent_id; client_credentials: the token's status
	 * @throws OAuthBridgeException
	 */
	public function beginConsent($entry, array $options)
	{
		return $this->api->call('POST', $this->path($entry, '/consent'), array(), $options);
	}

	/**
	 * Ends a consent by code with what the browser brought back.
	 *
	 * @param  array<string,string> $callback state, session_binding, and code, iss or error, error_description as they came
	 * @return array<string,mixed> entry and token (its state, not the token itself)
	 * @throws OAuthBridgeException
	 */
	public function finishConsent(
		#[\SensitiveParameter]
		array $callback
	) {
		return $this->api->call('POST', '/v1/consent/callback', array(), $callback);
	}

	/**
	 * How a consent under way stands.
	 *
	 * @param  string $consentId Identifier that beginConsent gave
	 * @return array<string,mixed> status: pending, granted, denied or expired
	 * @throws OAuthBridgeException
	 */
	public function getConsent($consentId)
	{
		return $this->api->call('GET', '/v1/consent/'.$this->segment($consentId, '/^[A-Za-z0-9_-]{1,128}$/D', 'open consent', '32 hexadecimal digits'));
	}

	/**
	 * Logs in to an SMTP server with the entry's token; sends no mail.
	 *
	 * @param  string              $entry  Name of the entry
	 * @param  array<string,mixed> $server host, port, security (none, starttls or tls), username
	 * @return array<string,mixed> ok, mechanism, steps (name, ok, detail, ms)
	 * @throws OAuthBridgeException
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
	 * @return array<string,mixed> As checkSmtp
	 * @throws OAuthBridgeException
	 */
	public function checkImap($entry, array $server)
	{
		return $this->api->call('POST', $this->path($entry, '/check/imap'), array(), $server);
	}

	/**
	 * Begins a sign-in.
	 *
	 * @param  string              $entry   Name of the entry
	 * @param  array<string,mixed> $options session_binding, redirect_uri, login_hint
	 * @return array<string,mixed> authorization_url, state
	 * @throws OAuthBridgeException
	 */
	public function beginLogin($entry, array $options)
	{
		return $this->api->call('POST', $this->path($entry, '/login'), array(), $options);
	}

	/**
	 * Ends a sign-in with what the browser brought back.
	 *
	 * @param  array<string,string> $callback state, session_binding, and code, iss or error, error_description as they came
	 * @return array<string,mixed> issuer, subject, email, email_verified, name, preferred_username, hosted_domain, tenant_id
	 * @throws OAuthBridgeException Code identity_rejected has a reason
	 */
	public function finishLogin(
		#[\SensitiveParameter]
		array $callback
	) {
		return $this->api->call('POST', '/v1/login/callback', array(), $callback);
	}

	/**
	 * How the sidecar is. Never throws and soon gives up, so that a page can show it.
	 *
	 * @return array{address:string,reachable:bool,ready:bool,authorized:bool,version:string|null,error:string|null} reachable: it answers; ready: it can read the database; authorized: it accepts the API key; error: what is wrong, in words
	 */
	public function getHealth()
	{
		$health = array('address' => $this->getAddress(), 'reachable' => false, 'ready' => false, 'authorized' => false, 'version' => null, 'error' => null);
		$this->api->setTimeout(OAuthBridgeTransport::GLANCE_TIMEOUT);
		try {
			$this->api->call('GET', '/healthz');
			$health['reachable'] = true;
			$answer = $this->api->send('GET', '/readyz');
			$health['ready'] = $answer['status'] === 200;
			if (!$health['ready']) {
				$health['error'] = 'The bridge runs but cannot read the database. Its log says why: journalctl -u dolibarr-oauth-bridge.';
				return $health;
			}
			$about = $this->api->call('GET', '/v1/version');
			$health['authorized'] = true;
			$health['version'] = isset($about['version']) && is_string($about['version']) ? $about['version'] : null;
		} catch (OAuthBridgeException $e) {
			$health['error'] = $e->getDetail();
		} finally {
			$this->api->setTimeout(OAuthBridgeTransport::TOTAL_TIMEOUT);
		}
		return $health;
	}

	/**
	 * Hands a refresh request of stock code (RFC 6749, section 6) to the bridge.
	 *
	 * @param  array<string,string> $form grant_type, client_id, client_secret, refresh_token as stock code sends them
	 * @return array{status:int,body:string} The answer, JSON either way
	 * @throws OAuthBridgeException
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
	 * @param  string $rest  What follows
	 * @return string Path
	 * @throws OAuthBridgeException It cannot be the name of an entry
	 */
	private function path($entry, $rest = '')
	{
		return '/v1/entries/'.$this->segment($entry, '/^[A-Za-z][^\x00-\x1f\x7f\/]{0,127}$/D', 'entry', 'GOOGLE-Mail').$rest;
	}

	/**
	 * A value as a segment of a path.
	 *
	 * @param  string $value   The value
	 * @param  string $pattern What it must look like
	 * @param  string $what    What it is
	 * @param  string $example What one looks like
	 * @return string Encoded
	 * @throws OAuthBridgeException It does not look like that
	 */
	private function segment($value, $pattern, $what, $example)
	{
		if (!is_string($value) || !preg_match($pattern, $value)) {
			throw new OAuthBridgeException('invalid_request', 'This cannot be the name of an '.$what.', which looks like '.$example.'.');
		}
		return rawurlencode($value);
	}

	/**
	 * Checks an answer that must hold an access token.
	 *
	 * @param  array<string,mixed> $answer The answer
	 * @return array<string,mixed> The answer, with every member there
	 * @throws OAuthBridgeException It holds none
	 */
	private function checkToken(
		#[\SensitiveParameter]
		array $answer
	) {
		if (!isset($answer['access_token']) || !is_string($answer['access_token']) || !preg_match('/^[\x21-\x7e]+$/D', $answer['access_token'])) {
			throw $this->api->invalidAnswer('it holds no access token');
		}
		return $answer + array('token_type' => 'Bearer', 'expires_at' => null, 'expires_in' => null, 'scope' => null, 'service' => '');
	}
}
