<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentryactions.class.php
 * \ingroup    oauthbridge
 * \brief      What the buttons of the status page do
 */

require_once __DIR__.'/oauthbridgeconsents.class.php';
require_once __DIR__.'/oauthbridgemailservers.class.php';
require_once __DIR__.'/../watch/oauthbridgegrantwatch.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * The actions of the status page. Each ends in a redirect (POST, redirect, GET), so that reloading a page repeats nothing.
 */
class OAuthBridgeEntryActions
{
	/** Session variable: the result of a mail test until it is shown. */
	const CHECK_KEY = 'oauthbridge_check';

	/** The actions: the name that a form sends => the method of this class. */
	const ALL = array(
		'connect' => 'connect',
		'connectdevice' => 'connectDevice',
		'connectapp' => 'connectApp',
		'canceldevice' => 'cancelDevice',
		'renew' => 'renew',
		'checksmtp' => 'checkSmtp',
		'checkimap' => 'checkImap',
		'revoke' => 'revoke',
	);

	/** @var OAuthBridgeClient */
	private $client;

	/** @var OAuthBridgeConsents */
	private $consents;

	/** @var OAuthBridgeGrantWatch */
	private $watch;

	/**
	 * @param OAuthBridgeClient     $client   The bridge
	 * @param OAuthBridgeConsents   $consents Consents of this session
	 * @param OAuthBridgeGrantWatch $watch    Knows the grants that have ended
	 */
	public function __construct(OAuthBridgeClient $client, OAuthBridgeConsents $consents, OAuthBridgeGrantWatch $watch)
	{
		$this->client = $client;
		$this->consents = $consents;
		$this->watch = $watch;
	}

	/**
	 * Runs an action. Its result or its failure is shown on the next page.
	 *
	 * @param  string $action A key of ALL
	 * @param  string $entry  Name of the entry, as the form sent it
	 * @return string         Address to redirect the browser to: the status page, or the provider
	 */
	public function run($action, $entry)
	{
		try {
			return $this->{self::ALL[$action]}($entry);
		} catch (OAuthBridgeException $e) {
			oauthbridgeShowProblem($e);
			return oauthbridgeEntriesUrl($entry);
		}
	}

	/**
	 * Sends the browser to the provider.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        The provider's page
	 * @throws OAuthBridgeException
	 */
	private function connect($entry)
	{
		$hint = array_filter(array('login_hint' => trim(GETPOST('login_hint', 'alphanohtml'))));
		return $this->consents->beginCode($entry, $hint + OAuthBridgeConsents::readOptions());
	}

	/**
	 * Begins a consent on another device.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        The status page, which shows the code
	 * @throws OAuthBridgeException
	 */
	private function connectDevice($entry)
	{
		$this->consents->beginDevice($entry, OAuthBridgeConsents::readOptions());
		return oauthbridgeEntriesUrl($entry, array('device' => $entry));
	}

	/**
	 * Gets a token for an entry that acts for itself (RFC 6749, section 4.4).
	 *
	 * @param  string $entry Name of the entry
	 * @return string        The status page
	 * @throws OAuthBridgeException
	 */
	private function connectApp($entry)
	{
		$binding = bin2hex(random_bytes(32)); // the API wants one in every flow
		$this->client->beginConsent($entry, array('flow' => 'client_credentials', 'session_binding' => $binding));
		$this->watch->noteLife($entry);
		return $this->done('OAuthBridgeConnected', $entry);
	}

	/**
	 * Stops waiting for another device.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        The status page
	 */
	private function cancelDevice($entry)
	{
		$this->consents->forgetDevice($entry);
		return oauthbridgeEntriesUrl($entry);
	}

	/**
	 * Refreshes the access token now.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        The status page
	 * @throws OAuthBridgeException
	 */
	private function renew($entry)
	{
		$this->client->refresh($entry);
		$this->watch->noteLife($entry);
		return $this->done('OAuthBridgeRenewed', $entry);
	}

	/**
	 * Logs in to the SMTP server.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        The status page
	 * @throws OAuthBridgeException
	 */
	private function checkSmtp($entry)
	{
		return $this->showCheck('smtp', $entry, $this->client->checkSmtp($entry, OAuthBridgeMailServers::readForm()));
	}

	/**
	 * Logs in to the IMAP server.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        The status page
	 * @throws OAuthBridgeException
	 */
	private function checkImap($entry)
	{
		return $this->showCheck('imap', $entry, $this->client->checkImap($entry, OAuthBridgeMailServers::readForm()));
	}

	/**
	 * Revokes the grant and deletes the token.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        The status page
	 * @throws OAuthBridgeException
	 */
	private function revoke($entry)
	{
		global $langs;

		$outcome = $this->client->revoke($entry, GETPOST('force', 'alpha') === '1');
		$this->watch->noteLife($entry); // no grant is left that has ended
		if ($outcome === 'revoked') {
			return $this->done('OAuthBridgeRevoked', $entry);
		}
		$key = 'OAuthBridgeRevoked_'.$outcome;
		setEventMessages($langs->trans($key, dol_escape_htmltag($entry)), null, 'warnings');
		return oauthbridgeEntriesUrl($entry);
	}

	/**
	 * Keeps the result of a mail test for the next page.
	 *
	 * @param  string              $protocol smtp or imap
	 * @param  string              $entry    Name of the entry
	 * @param  array<string,mixed> $report   The bridge's answer
	 * @return string                        The status page
	 */
	private function showCheck($protocol, $entry, array $report)
	{
		$_SESSION[self::CHECK_KEY] = array(
			'entry' => $entry,
			'protocol' => $protocol,
			'server' => OAuthBridgeMailServers::readForm(),
			'report' => $report,
		);
		return oauthbridgeEntriesUrl($entry);
	}

	/**
	 * Shows a success message on the next page.
	 *
	 * @param  string $message Key of the text; its parameter is the entry
	 * @param  string $entry   Name of the entry
	 * @return string          The status page
	 */
	private function done($message, $entry)
	{
		global $langs;

		setEventMessages($langs->trans($message, dol_escape_htmltag($entry)), null, 'mesgs');
		return oauthbridgeEntriesUrl($entry);
	}
}
