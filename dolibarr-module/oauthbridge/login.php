<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       login.php
 * \ingroup    oauthbridge
 * \brief      Begins a sign-in: the buttons of the login page send their form here
 */

define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
define('CSRFCHECK_WITH_TOKEN', '1'); // only a form of this Dolibarr may begin a sign-in, whatever its settings say

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
require_once __DIR__.'/class/login/oauthbridgeloginpage.class.php';
require_once __DIR__.'/class/login/oauthbridgesignin.class.php';

/**
 * @var Conf $conf
 * @var Translate $langs
 */

$langs->load('oauthbridgelogin@oauthbridge');
// From the body only (method 2): where the token is wrong, Dolibarr empties the body and goes on.
$entry = GETPOST('entry', 'alphanohtml', 2);
$entries = oauthbridgeLoginEntries();
$backTo = OAuthBridgeSignIn::backTo(GETPOST('oauthbridge_backto', 'restricthtml', 2), DOL_URL_ROOT);

if (!oauthbridgeLoginIsOn() || isset($_SESSION['dol_login']) || $_SERVER['REQUEST_METHOD'] !== 'POST') {
	oauthbridgeGoTo(DOL_URL_ROOT.'/index.php');
}
if (!isset($entries[$entry])) {
	// The token of the page had expired, so Dolibarr emptied the form.
	$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv('OAuthBridgeLoginAgain');
	oauthbridgeGoTo($backTo);
}

// The login goes on as if Dolibarr's own form had been sent, so it needs these fields too.
$form = array();
foreach (OAuthBridgeLoginPage::BROWSER_FIELDS as $field) {
	$form[$field] = dol_trunc(GETPOST($field, 'alphanohtml', 2), 64, 'right', 'UTF-8', 1);
}

$url = $backTo;
try {
	$signIn = new OAuthBridgeSignIn(new OAuthBridgeClient(), dol_now());
	$record = array('purpose' => OAuthBridgeSignIn::LOGIN, 'form' => $form, 'back_to' => $backTo);
	$url = $signIn->begin($entry, oauthbridgeLoginCallback(), $record);
} catch (OAuthBridgeException $e) {
	dol_syslog('oauthbridge: a sign-in with '.$entry.' could not begin: '.$e->getDetail(), LOG_WARNING);
	$isTooMany = $e->getProblemCode() === 'too_many_requests';
	$_SESSION['dol_loginmesg'] = $isTooMany
		? $langs->transnoentitiesnoconv('OAuthBridgeLoginTooMany')
		: $langs->transnoentitiesnoconv('OAuthBridgeLoginUnavailable', $entries[$entry]);
}
oauthbridgeGoTo($url);
