<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       core/login/functions_oauthbridge.php
 * \ingroup    oauthbridge
 * \brief      Authentication mode oauthbridge: $dolibarr_main_authentication='dolibarr,oauthbridge'
 */

require_once __DIR__.'/../../class/login/oauthbridgesignin.class.php';
require_once __DIR__.'/../../class/login/oauthbridgeloginusers.class.php';
require_once __DIR__.'/../../class/login/oauthbridgeuserchanges.class.php';
require_once __DIR__.'/../../lib/oauthbridgelogin.lib.php';

/**
 * Logs in the browser that presents the ticket which logincallback.php issued to its session. Dolibarr calls it for every attempt to
 * log in; without a ticket it does nothing.
 *
 * @param  string $usertotest     Not used: the ticket identifies the user
 * @param  string $passwordtotest Not used
 * @param  int    $entitytotest   The entity to log in to
 * @param  string $context        Empty for a browser; api, dav, ws for others
 * @return string                 The login; empty where this mode logs nobody in
 */
function check_user_password_oauthbridge($usertotest, $passwordtotest, $entitytotest = 1, $context = '')
{
	global $db, $langs;

	if ($context !== '' || !oauthbridgeLoginIsOn() || GETPOST('afteroauthloginreturn', 'aZ09') !== OAuthBridgeSignIn::MODE) {
		return '';
	}

	$ticket = (new OAuthBridgeSignIn(null, dol_now()))->redeemTicket(GETPOST(OAuthBridgeSignIn::TICKET, 'aZ09'), $entitytotest);
	$users = new OAuthBridgeLoginUsers($db, $entitytotest);
	$found = $ticket === null ? null : $users->find($ticket['user']);
	$reason = '';
	if ($ticket === null) {
		$reason = 'no valid ticket';
	} elseif ($found === null) {
		$reason = $users->getReason();
	} elseif ($found->login !== $ticket['login']) {
		$reason = 'the login of user '.((int) $found->rowid).' has changed';
	} else {
		// main.inc.php fetches the user by login. With several entities, that may be another user with the same login.
		$first = new User($db);
		$isFetched = $first->fetch(0, $found->login, '', 0, $entitytotest > 0 ? $entitytotest : -1) > 0;
		if (!$isFetched || (int) $first->id !== (int) $found->rowid) {
			$reason = 'the login of user '.((int) $found->rowid).' is also that of another user, whom Dolibarr would log in';
		}
	}
	if ($reason !== '') {
		if ($ticket === null) {
			// No security event: anybody can send this, and Dolibarr (from 19 on) refuses passwords from an address with too many of them.
			dol_syslog('oauthbridge: authentication KO: '.$reason, LOG_NOTICE);
		} else {
			oauthbridgeLoginFailed($ticket['entry'], $reason);
		}
		sleep(1); // slows down guessing, as Dolibarr's own mode does
		$langs->load('oauthbridgelogin@oauthbridge');
		$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv($ticket === null ? 'OAuthBridgeLoginAgain' : 'OAuthBridgeLoginRefused');
		return '';
	}

	// A session id that was known before the login is worthless after it (session fixation).
	session_regenerate_id(true);
	unset($_SESSION[OAuthBridgeSignIn::PENDING]);
	$_SESSION[OAuthBridgeUserChanges::CONFIRMING] = $ticket['account']; // noted once Dolibarr has accepted the login
	foreach ($ticket['form'] as $field => $value) {
		$_POST[$field] = $value; // where main.inc.php reads the fields of the login form
	}
	return $found->login;
}
