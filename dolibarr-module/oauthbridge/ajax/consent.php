<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       ajax/consent.php
 * \ingroup    oauthbridge
 * \brief      The state of a consent on another device, as JSON: {"status":"pending"}; changes nothing
 */

foreach (array('NOTOKENRENEWAL', 'NOREQUIREMENU', 'NOREQUIREHTML', 'NOREQUIREAJAX', 'NOREQUIRESOC') as $name) {
	if (!defined($name)) {
		define($name, '1');
	}
}

$res = 0;
foreach (array('../../main.inc.php', '../../../main.inc.php') as $main) {
	if (!$res && file_exists($main)) {
		$res = include $main;
	}
}
if (!$res) {
	die('Include of main.inc.php failed');
}

require_once __DIR__.'/../class/admin/oauthbridgeconsents.class.php';

/**
 * @var Conf $conf
 * @var User $user
 */

top_httphead('application/json');
header('Cache-Control: no-store');
if (!isModEnabled('oauthbridge') || !$user->admin) {
	http_response_code(403);
	print json_encode(array('status' => 'denied'));
	exit;
}

$consents = new OAuthBridgeConsents(new OAuthBridgeClient(), $user->id, $conf->entity, dol_now('gmt'));
session_write_close(); // other requests of this session need not wait for the bridge
try {
	print json_encode(array('status' => $consents->askDevice(GETPOST('entry', 'alphanohtml'))));
} catch (OAuthBridgeException $e) {
	http_response_code(503);
	print json_encode(array('status' => 'pending'));
}
