<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       logincallback.php
 * \ingroup    oauthbridge
 * \brief      Where a provider sends the browser back to after a sign-in
 */

define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
define('NOTOKENRENEWAL', '1'); // forms of other tabs stay valid

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
require_once __DIR__.'/class/login/oauthbridgeloginusers.class.php';

/**
 * @var Conf $conf
 * @var DoliDB $db
 * @var Translate $langs
 */

$langs->load('oauthbridgelogin@oauthbridge');
$signIn = new OAuthBridgeSignIn(new OAuthBridgeClient(), dol_now());
$query = isset($_SERVER['QUERY_STRING']) ? $_SERVER['QUERY_STRING'] : '';
$response = OAuthBridgePendingAuthorizations::readResponse($query);
$record = $response === null ? null : $signIn->take($response);
if ($record === null || !oauthbridgeLoginIsOn()) {
	dol_syslog('oauthbridge: an answer came that belongs to no sign-in of this browser', LOG_NOTICE);
	$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv('OAuthBridgeLoginAgain');
	oauthbridgeGoTo(DOL_URL_ROOT.'/index.php');
}

$entry = $record['entry'];
try {
	$identity = $signIn->finish($record, $response);
} catch (OAuthBridgeException $e) {
	$isRefused = $e->getProblemCode() === 'identity_rejected';
	if ($isRefused) {
		oauthbridgeLoginFailed($entry, (string) $e->getReason());
	}
	dol_syslog('oauthbridge: a sign-in with '.$entry.' ended: '.$e->getDetail(), LOG_WARNING);
	$text = $langs->transnoentitiesnoconv($isRefused ? 'OAuthBridgeLoginRefused' : 'OAuthBridgeLoginAgain');
	$identity = null;
}

if ($record['purpose'] === OAuthBridgeSignIn::LINK) {
	// The account is linked to the user who began, in the session in which he began.
	$page = dol_buildpath('/oauthbridge/usersignin.php', 1).'?id='.((int) $record['user']);
	$isSameUser = isset($_SESSION['dol_login']) && $_SESSION['dol_login'] === $record['login'] && (int) $conf->entity === (int) $record['entity']
		&& oauthbridgeSessionIsGood($record['user']);
	if ($identity === null || !$isSameUser) {
		setEventMessages($identity === null ? $text : $langs->trans('OAuthBridgeLoginAgain'), null, 'errors');
		oauthbridgeGoTo($page);
	}
	$links = new OAuthBridgeLinks($db, $conf->entity);
	if ($links->findUser($identity['issuer'], $identity['subject']) === 0 && $links->add($record['user'], $identity, OAuthBridgeLinks::BY_SELF)) {
		setEventMessages($langs->trans('OAuthBridgeLinked'), null, 'mesgs');
	} else {
		setEventMessages($langs->trans('OAuthBridgeNotLinked'), null, 'errors');
	}
	oauthbridgeGoTo($page);
}

if ($identity === null) {
	sleep(1); // as Dolibarr's own sign-in does, so that trying is slow
	$_SESSION['dol_loginmesg'] = $text;
	oauthbridgeGoTo($record['back_to']);
}

$users = new OAuthBridgeLoginUsers($db, $conf->entity);
$found = $users->resolve($identity);
if ($found === null) {
	// One answer for all: it does not tell whether there is such a user.
	oauthbridgeLoginFailed($entry, $users->getReason().': '.$identity['subject'].' at '.$identity['issuer']);
	sleep(1);
	$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv('OAuthBridgeLoginRefused');
	oauthbridgeGoTo($record['back_to']);
}

(new OAuthBridgeLinks($db, $conf->entity))->noteLogin($identity['issuer'], $identity['subject']);
$ticket = $signIn->issueTicket($found, $conf->entity, $record);
$separator = strpos($record['back_to'], '?') === false ? '?' : '&';
oauthbridgeGoTo($record['back_to'].$separator.http_build_query(array('afteroauthloginreturn' => OAuthBridgeSignIn::MODE, OAuthBridgeSignIn::TICKET => $ticket), '', '&'));
