<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       lib/oauthbridgelogin.lib.php
 * \ingroup    oauthbridge
 * \brief      Functions that the sign-in pages share
 */

/**
 * Whether users can sign in with the bridge: the module is enabled and conf.php names it.
 *
 * @return bool True if so
 */
function oauthbridgeLoginIsOn()
{
	return isModEnabled('oauthbridge') && oauthbridgeLoginIsInConf();
}

/**
 * Whether conf.php names the bridge in $dolibarr_main_authentication.
 *
 * @return bool True if so
 */
function oauthbridgeLoginIsInConf()
{
	global $conf;

	$modes = isset($conf->file->main_authentication) ? explode(',', (string) $conf->file->main_authentication) : array();
	return in_array('oauthbridge', array_map('trim', $modes), true);
}

/**
 * The entries that serve the sign-in: those labelled Login of an OpenID provider, with a client ID. They are read from Dolibarr's
 * constants OAUTH_PROVIDER-LABEL_ID, so that the login page waits for no other server.
 *
 * @return array<string,string> Display name of the provider, by name of the entry
 */
function oauthbridgeLoginEntries()
{
	global $conf;

	$names = array(
		'GOOGLE' => 'Google',
		'MICROSOFT' => 'Microsoft',
		'MICROSOFT2' => 'Microsoft',
		'MICROSOFT3' => 'Microsoft',
		'GENERIC' => null, // shown by its host
	);
	$entries = array();
	foreach (get_object_vars($conf->global) as $constant => $value) {
		if (!is_string($value) || trim($value) === '' || !preg_match('/^OAUTH_(([A-Z0-9]+)-login)_ID$/Di', (string) $constant, $parts)) {
			continue;
		}
		list(, $entry, $provider) = $parts;
		if (array_key_exists(strtoupper($provider), $names)) {
			$host = (string) parse_url(getDolGlobalString('OAUTH_'.$entry.'_URL'), PHP_URL_HOST);
			$entries[$entry] = $names[strtoupper($provider)] ?? $host;
		}
	}
	ksort($entries);
	return $entries;
}

/**
 * The redirect URI of sign-ins, under $dolibarr_main_url_root of conf.php.
 *
 * @return string Absolute URL, to be registered at the provider
 */
function oauthbridgeLoginCallback()
{
	return dol_buildpath('/oauthbridge/logincallback.php', 3);
}

/**
 * Writes a failed sign-in into the security events and the log, as Dolibarr does with failed logins.
 *
 * @param  string $entry  Name of the entry; empty where that is unknown
 * @param  string $reason Reason for administrators; may hold what the provider sent
 * @return void
 */
function oauthbridgeLoginFailed($entry, $reason)
{
	global $db, $user;

	// Of a description with parentheses, Dolibarr's page of security events shows only what is inside them.
	$reason = strtr($reason, '()', '[]');
	$user->context['audit'] = 'OAuthBridge '.($entry === '' ? '' : $entry.' ').'- '.$reason;
	$user->context['authentication_method'] = 'oauthbridge';
	if ((int) DOL_VERSION < 18) {
		@$user->trigger_mesg = $user->context['audit']; // where Dolibarr 17 looks for the reason; no class of it declares this property
	}
	$user->call_trigger('USER_LOGIN_FAILED', $user);
	dol_syslog('oauthbridge: a sign-in'.($entry === '' ? '' : ' with '.$entry).' failed: '.$reason, LOG_NOTICE);
	if (!getDolGlobalString('MAIN_LOGEVENTS_USER_LOGIN_FAILED')) {
		require_once __DIR__.'/../class/client/oauthbridgealarm.class.php';
		OAuthBridgeAlarm::write($db, 'USER_LOGIN_FAILED', $user->context['audit']); // Dolibarr writes it only where that is switched on
	}
}

/**
 * Whether a provider's response says that the person pressed Deny (RFC 6749, section 4.1.2.1).
 *
 * @param  array<string,string>|null $response As OAuthBridgePendingAuthorizations::readResponse gave it
 * @return bool                                True if so
 */
function oauthbridgeIsDenied($response)
{
	return isset($response['error']) && $response['error'] === 'access_denied';
}

/**
 * Whether Dolibarr still accepts the session of its logged-in user. A page with NOLOGIN has to check that itself.
 *
 * @param  int  $userId Id of the user who logged in with the session
 * @return bool         False where the user may no longer log in, or their sessions were ended since
 */
function oauthbridgeSessionIsGood($userId)
{
	global $conf, $db;

	$owner = new User($db);
	if ((new OAuthBridgeLoginUsers($db, $conf->entity))->find($userId) === null || $owner->fetch((int) $userId) <= 0) {
		return false;
	}
	// The same comparison as in main.inc.php; older releases have neither value.
	return empty($owner->flagdelsessionsbefore) || empty($_SESSION['dol_logindate'])
		|| $owner->flagdelsessionsbefore <= $_SESSION['dol_logindate'];
}

/**
 * Redirects the browser to a page and ends the run.
 *
 * @param  string $url Address
 * @return void
 */
function oauthbridgeGoTo($url)
{
	// The redirect keeps an authorization code out of the address bar, the header out of the referrer that other sites get.
	header('Referrer-Policy: no-referrer');
	header('Cache-Control: no-store');
	header('Location: '.$url, true, 303);
	exit;
}
