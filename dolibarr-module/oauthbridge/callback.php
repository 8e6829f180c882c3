<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       callback.php
 * \ingroup    oauthbridge
 * \brief      Redirect URI of consents
 */

if (!defined('NOTOKENRENEWAL')) {
	define('NOTOKENRENEWAL', '1'); // keeps the forms in other tabs valid
}
if (!defined('NOREQUIREMENU')) {
	define('NOREQUIREMENU', '1');
}

$res = 0;
foreach (array('../main.inc.php', '../../main.inc.php') as $main) {
	if (!$res && file_exists($main)) {
		$res = include $main;
	}
}
if (!$res) {
	die('Include of main.inc.php failed');
}

require_once __DIR__.'/class/admin/oauthbridgeassistant.class.php';
require_once __DIR__.'/class/admin/oauthbridgeconsents.class.php';
require_once __DIR__.'/class/watch/oauthbridgegrantwatch.class.php';
require_once __DIR__.'/lib/oauthbridge.lib.php';
require_once __DIR__.'/lib/oauthbridgelogin.lib.php';

/**
 * @var Conf $conf
 * @var DoliDB $db
 * @var Translate $langs
 * @var User $user
 */

$langs->load('oauthbridge@oauthbridge');
if (!isModEnabled('oauthbridge') || !$user->admin) {
	accessforbidden();
}

$query = isset($_SERVER['QUERY_STRING']) ? $_SERVER['QUERY_STRING'] : '';
$response = OAuthBridgePendingAuthorizations::readResponse($query);
$entry = '';
try {
	$consents = new OAuthBridgeConsents(new OAuthBridgeClient(), $user->id, $conf->entity, dol_now('gmt'));
	$granted = $consents->finishCode($response === null ? array() : $response);
	$entry = isset($granted['entry']) ? (string) $granted['entry'] : '';
	(new OAuthBridgeGrantWatch($db))->noteLife($entry);
	setEventMessages($langs->trans('OAuthBridgeConnected', dol_escape_htmltag($entry)), null, 'mesgs');
} catch (OAuthBridgeException $e) {
	if (oauthbridgeIsDenied($response)) {
		setEventMessages($langs->trans('OAuthBridgeConsentCancelled'), null, 'warnings');
	} else {
		oauthbridgeShowProblem($e);
	}
}

// The redirect keeps the authorization code out of the address bar, the header out of the referrer that other sites get.
header('Referrer-Policy: no-referrer');
$assistant = OAuthBridgeAssistant::afterConsent();
header('Location: '.($assistant === '' ? oauthbridgeEntriesUrl($entry) : $assistant), true, 303);
