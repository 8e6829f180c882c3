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
require_once __DIR__.'/../../lib/oauthbridgelogin.lib.php';

/**
 * Logs in whoever brings the ticket that logincallback.php gave to this very session a moment ago. Called by Dolibarr for every
 * attempt to log in; all others are none of its business.
 *
 * @param  string $usertotest     Not used: the ticket says who it is
 * @param  string $passwordtotest Not used
 * @param  int    $entitytotest   The company that the browser wants to enter
 * @param  string $context        Empty for a browser; api, dav, ws for others
 * @return string                 Login if OK, '' if KO
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
	if ($found === null || $found->login !== $ticket['login']) {
		dol_syslog('oauthbridge: authentication KO '.($ticket === null ? 'no good ticket' : $users->getReason()), LOG_NOTICE);
		sleep(1); // as Dolibarr's own mode does
		$langs->load('oauthbridgelogin@oauthbridge');
		$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv($ticket === null ? 'OAuthBridgeLoginAgain' : 'OAuthBridgeLoginRefused');
		return '';
	}

	// Dolibarr goes on with the first user of that login; with several companies he may be another one.
	$first = new User($db);
	if ($first->fetch(0, $found->login, '', 0, $entitytotest > 0 ? $entitytotest : -1) <= 0 || (int) $first->id !== (int) $found->rowid) {
		dol_syslog('oauthbridge: authentication KO: the login of user '.((int) $found->rowid).' is also that of another user, whom Dolibarr would log in', LOG_WARNING);
		sleep(1);
		$langs->load('oauthbridgelogin@oauthbridge');
		$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv('OAuthBridgeLoginRefused');
		return '';
	}

	// Whoever knew the session before the login does not know it afterwards.
	session_regenerate_id(true);
	unset($_SESSION[OAuthBridgeSignIn::PENDING]);
	foreach ($ticket['form'] as $field => $value) {
		$_POST[$field] = $value; // main.inc.php reads them from there
	}
	return $found->login;
}
