<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Prints the security events, newest last: type, user, description. Run in the htdocs of the scratch copy.
 *
 * usage: php events.php
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
require_once getcwd().'/master.inc.php';

/** @var DoliDB $db */

$sql = 'SELECT e.type, u.login, e.description FROM '.MAIN_DB_PREFIX.'events as e';
$sql .= ' LEFT JOIN '.MAIN_DB_PREFIX.'user as u ON u.rowid = e.fk_user ORDER BY e.rowid';
$result = $db->query($sql);
while ($row = $db->fetch_object($result)) {
	echo $row->type.' '.$row->login.' '.$row->description."\n";
}
