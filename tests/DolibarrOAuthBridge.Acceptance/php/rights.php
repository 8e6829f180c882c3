<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Gives a user all rights of the module. Run in the htdocs of the scratch copy.
 *
 * usage: php rights.php <login>
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
require_once getcwd().'/master.inc.php';

/** @var DoliDB $db */
/** @var User $user */

$user->fetch(0, 'admin');
$reader = new User($db);
if ($reader->fetch(0, $argv[1], '', 0, 1) <= 0) {
	exit('There is no user '.$argv[1]."\n");
}
echo $reader->addrights(0, 'oauthbridge', '', 1) > 0 ? "done\n" : $reader->error."\n";
