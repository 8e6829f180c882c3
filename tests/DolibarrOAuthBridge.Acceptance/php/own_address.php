<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * A user gives herself an address, then deletes her parameter of a name, as core/ajax/constantonoff.php lets users do. Prints which
 * addresses the module knows that she gave herself. Run in the htdocs of the scratch copy.
 *
 * usage: php own_address.php <login> <email> <name of the parameter>
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
require_once getcwd().'/master.inc.php';
require_once DOL_DOCUMENT_ROOT.'/user/class/user.class.php';
require_once DOL_DOCUMENT_ROOT.'/core/lib/functions2.lib.php';
require_once DOL_DOCUMENT_ROOT.'/custom/oauthbridge/class/login/oauthbridgeownaddresses.class.php';

/** @var Conf $conf */
/** @var DoliDB $db */

$user = new User($db);
$user->fetch(0, $argv[1]);
$user->oldcopy = clone $user;
$user->email = $argv[2];
if ($user->update($user) < 0) {
	exit($user->error."\n");
}
dol_set_user_param($db, $conf, $user, array($argv[3] => ''));
echo implode(' ', OAuthBridgeOwnAddresses::of($db, (int) $user->id)), "\n";
