<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       logincallback.php
 * \ingroup    oauthbridge
 * \brief      Redirect URI of sign-ins
 */

define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
define('NOTOKENRENEWAL', '1'); // keeps the forms in other tabs valid

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
require_once __DIR__.'/class/login/oauthbridgelinking.class.php';
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
	dol_syslog('oauthbridge: the response of a provider belongs to no pending sign-in of this browser session', LOG_NOTICE);
	$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv('OAuthBridgeLoginAgain');
	oauthbridgeGoTo(DOL_URL_ROOT.'/index.php');
}

$entry = $record['entry'];
try {
	$identity = $signIn->finish($record, $response);
} catch (OAuthBridgeException $e) {
	$isDenied = oauthbridgeIsDenied($response);
	$isRefused = !$isDenied && $e->getProblemCode() === 'identity_rejected';
	if ($isRefused) {
		oauthbridgeLoginFailed($entry, (string) $e->getReason());
	}
	dol_syslog('oauthbridge: a sign-in with '.$entry.' failed: '.$e->getDetail(), $isDenied ? LOG_NOTICE : LOG_WARNING);
	$other = $isRefused ? 'OAuthBridgeLoginRefused' : 'OAuthBridgeLoginAgain';
	$text = $langs->transnoentitiesnoconv($isDenied ? 'OAuthBridgeLoginCancelled' : $other);
	$identity = null;
}

if ($record['purpose'] === OAuthBridgeSignIn::LINK) {
	// Only the user who began it, in the same session and entity, gets the link.
	$page = dol_buildpath('/oauthbridge/usersignin.php', 1).'?id='.((int) $record['user']);
	$isSameUser = isset($_SESSION['dol_login']) && $_SESSION['dol_login'] === $record['login']
		&& (int) $conf->entity === (int) $record['entity']
		&& oauthbridgeSessionIsGood($record['user']);
	if ($identity === null || !$isSameUser) {
		setEventMessages($identity === null ? $text : $langs->trans('OAuthBridgeLoginAgain'), null, 'errors');
		oauthbridgeGoTo($page);
	}
	$links = new OAuthBridgeLinks($db, $conf->entity);
	$isFree = $links->findUser($identity['issuer'], $identity['subject']) === 0;
	if ($isFree && $links->add($record['user'], $identity, OAuthBridgeLinks::BY_SELF)) {
		$owner = new User($db);
		if ($owner->fetch((int) $record['user']) > 0) {
			OAuthBridgeLinking::tell($db, $owner, $identity);
		}
		setEventMessages($langs->trans('OAuthBridgeLinked'), null, 'mesgs');
	} else {
		setEventMessages($langs->trans('OAuthBridgeNotLinked'), null, 'errors');
	}
	oauthbridgeGoTo($page);
}

if ($identity === null) {
	sleep(1); // slows down guessing, as Dolibarr's own login does
	$_SESSION['dol_loginmesg'] = $text;
	oauthbridgeGoTo($record['back_to']);
}

$users = new OAuthBridgeLoginUsers($db, $conf->entity);
$found = $users->resolve($identity);
if ($found === null) {
	// The same message in every case: it does not reveal whether such a user exists.
	oauthbridgeLoginFailed($entry, $users->getReason().': '.$identity['subject'].' at '.$identity['issuer']);
	sleep(1);
	$_SESSION['dol_loginmesg'] = $langs->transnoentitiesnoconv('OAuthBridgeLoginRefused');
	oauthbridgeGoTo($record['back_to']);
}

$record['account'] = array('user' => (int) $found->rowid, 'issuer' => $identity['issuer'], 'subject' => $identity['subject']);
$ticket = $signIn->issueTicket($found, $conf->entity, $record);
$separator = strpos($record['back_to'], '?') === false ? '?' : '&';
$parameters = array('afteroauthloginreturn' => OAuthBridgeSignIn::MODE, OAuthBridgeSignIn::TICKET => $ticket);
if ((int) DOL_VERSION < 18) {
	$parameters['openid_mode'] = '1'; // what makes Dolibarr 17 attempt a login, which does not know afteroauthloginreturn
}
oauthbridgeGoTo($record['back_to'].$separator.http_build_query($parameters, '', '&'));
