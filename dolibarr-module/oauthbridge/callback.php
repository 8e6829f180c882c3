<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors */

/**
 * \file       callback.php
 * \ingroup    oauthbridge
 * \brief      Where a provider sends the browser back to after a consent
 */

if (!defined('NOTOKENRENEWAL')) {
	define('NOTOKENRENEWAL', '1'); // forms of other tabs stay valid
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

require_once __DIR__.'/class/oauthbridgeconsents.class.php';
require_once __DIR__.'/lib/oauthbridge.lib.php';

/**
 * @var Conf $conf
 * @var Translate $langs
 * @var User $user
 */

$langs->load('oauthbridge@oauthbridge');
if (!isModEnabled('oauthbridge') || !$user->admin) {
	accessforbidden();
}

// What RFC 6749 and RFC 9207 let a provider send, character for character; the bridge judges it.
$callback = array();
foreach (array('state', 'code', 'iss', 'error', 'error_description') as $name) {
	$value = isset($_GET[$name]) ? $_GET[$name] : null;
	if (is_string($value) && $value !== '' && strlen($value) <= 4096) {
		$callback[$name] = $value;
	}
}

$entry = '';
try {
	$consents = new OAuthBridgeConsents(new OAuthBridgeClient(), $user->id, $conf->entity, dol_now('gmt'));
	$granted = $consents->finishCode($callback);
	$entry = isset($granted['entry']) ? (string) $granted['entry'] : '';
	setEventMessages($langs->trans('OAuthBridgeConnected', dol_escape_htmltag($entry)), null, 'mesgs');
} catch (OAuthBridgeException $e) {
	oauthbridgeShowProblem($e);
}

// The code must stay neither in the address bar nor in what other sites are told.
header('Referrer-Policy: no-referrer');
header('Location: '.oauthbridgeEntriesUrl($entry), true, 303);
