<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       login.php
 * \ingroup    oauthbridge
 * \brief      Behind the buttons of the login page: sends the browser to the provider
 */

define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
define('CSRFCHECK_WITH_TOKEN', '1'); // a sign-in begins by a form of this Dolibarr only, whatever its settings say

$res = 0;
foreach (array('../main.inc.php', '../../main.inc.php') as $main) {
	if (!$res && file_exists($main)) {
		$res = include $main;
	}
}
if (!$res) {
	die('Include of main.inc.php failed');
}

require_once __DIR__.'/lib/oauthbridgelogin.lib.php';
require_once __DIR__.'/class/login/oauthbridgesignin.class.php';

/**
 * @var Conf $conf
 * @var Translate $langs
 */

$langs->load('oauthbridgelogin@oauthbridge');
// From the body only: where the token is wrong, Dolibarr empties the body and goes on.
$entry = GETPOST('entry', 'alphanohtml', 2);
$entries = oauthbridgeLoginEntries();
$backTo = OAuthBridgeSignIn::backTo(GETPOST('oauthbridge_backto', 'restricthtml', 2), DOL_URL_ROOT);

if (!oauthbridgeLoginIsOn() || isset($_SESSION['dol_login']) || $_SERVER['REQUEST_METHOD'] !== 'POST') {
	oauthbridgeGoTo(DOL_URL_ROOT.'/index.php');
}
if (!isset($entries[$entry])) {
	$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv('OAuthBridgeLoginAgain'); // the page was too old: Dolibarr has dropped the form
	oauthbridgeGoTo($backTo);
}

// What Dolibarr's login form tells of the browser; it goes on as if the form had been sent.
$form = array();
foreach (array('tz', 'tz_string', 'dst_observed', 'dst_first', 'dst_second', 'screenwidth', 'screenheight') as $field) {
	$form[$field] = dol_trunc(GETPOST($field, 'alphanohtml', 2), 64, 'right', 'UTF-8', 1);
}

$url = $backTo;
try {
	$signIn = new OAuthBridgeSignIn(new OAuthBridgeClient(), dol_now());
	$url = $signIn->begin($entry, oauthbridgeLoginCallback(), array('purpose' => OAuthBridgeSignIn::LOGIN, 'form' => $form, 'back_to' => $backTo));
} catch (OAuthBridgeException $e) {
	dol_syslog('oauthbridge: nobody can sign in with '.$entry.' now: '.$e->getDetail(), LOG_WARNING);
	$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv('OAuthBridgeLoginUnavailable', $entries[$entry]);
}
oauthbridgeGoTo($url);
