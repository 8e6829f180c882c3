<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       lib/oauthbridgelogin.lib.php
 * \ingroup    oauthbridge
 * \brief      Functions that the pages of the sign-in share
 */

/**
 * Whether people can sign in with the bridge: conf.php says so, and the module is enabled.
 *
 * @return bool Yes or no
 */
function oauthbridgeLoginIsOn()
{
	return isModEnabled('oauthbridge') && oauthbridgeLoginIsInConf();
}

/**
 * Whether conf.php names the bridge in $dolibarr_main_authentication.
 *
 * @return bool Yes or no
 */
function oauthbridgeLoginIsInConf()
{
	global $conf;

	$modes = isset($conf->file->main_authentication) ? explode(',', (string) $conf->file->main_authentication) : array();
	return in_array('oauthbridge', array_map('trim', $modes), true);
}

/**
 * The entries that people sign in with, read from Dolibarr's own settings: the login page asks no other server.
 *
 * @return array<string,string> What people call the provider, by name of the entry
 */
function oauthbridgeLoginEntries()
{
	global $conf;

	$names = array('GOOGLE' => 'Google', 'MICROSOFT' => 'Microsoft', 'MICROSOFT2' => 'Microsoft', 'MICROSOFT3' => 'Microsoft', 'GENERIC' => '');
	$entries = array();
	foreach (get_object_vars($conf->global) as $constant => $value) {
		if (!is_string($value) || trim($value) === '' || !preg_match('/^OAUTH_(([A-Z0-9]+)-login)_ID$/Di', (string) $constant, $parts) || !isset($names[strtoupper($parts[2])])) {
			continue;
		}
		$name = $names[strtoupper($parts[2])];
		$entries[$parts[1]] = $name !== '' ? $name : (string) parse_url(getDolGlobalString('OAUTH_'.$parts[1].'_URL'), PHP_URL_HOST);
	}
	ksort($entries);
	return $entries;
}

/**
 * Where the provider sends the browser back to, under Dolibarr's own address as conf.php has it.
 *
 * @return string URL, to be registered at the provider
 */
function oauthbridgeLoginCallback()
{
	return dol_buildpath('/oauthbridge/logincallback.php', 3);
}

/**
 * Writes a failed sign-in into the security events, as Dolibarr does with its own.
 *
 * @param  string $entry  The entry
 * @param  string $reason Word for administrators
 * @return void
 */
function oauthbridgeLoginFailed($entry, $reason)
{
	global $user;

	$reason = strtr($reason, '()', '[]'); // Dolibarr's page of security events shows only what is within parentheses, if there are any
	$user->context['audit'] = 'OAuthBridge '.$entry.' - '.$reason;
	$user->context['authentication_method'] = 'oauthbridge';
	$user->call_trigger('USER_LOGIN_FAILED', $user);
	dol_syslog('oauthbridge: a sign-in with '.$entry.' failed: '.$reason, LOG_NOTICE);
}

/**
 * Whether Dolibarr would still accept the session of a user who logged in with it. A page with NOLOGIN has to ask for itself.
 *
 * @param  int  $userId Id of the user
 * @return bool         Yes; no where he may not come in any more, or his sessions were ended since
 */
function oauthbridgeSessionIsGood($userId)
{
	global $conf, $db;

	$owner = new User($db);
	if ((new OAuthBridgeLoginUsers($db, $conf->entity))->find($userId) === null || $owner->fetch((int) $userId) <= 0) {
		return false;
	}
	// As main.inc.php compares them; older releases have neither.
	return empty($owner->flagdelsessionsbefore) || empty($_SESSION['dol_logindate']) || $owner->flagdelsessionsbefore <= $_SESSION['dol_logindate'];
}

/**
 * Goes to a page and ends.
 *
 * @param  string $url Page
 * @return void
 */
function oauthbridgeGoTo($url)
{
	// The code must stay neither in the address bar nor in what other sites are told.
	header('Referrer-Policy: no-referrer');
	header('Cache-Control: no-store');
	header('Location: '.$url, true, 303);
	exit;
}
