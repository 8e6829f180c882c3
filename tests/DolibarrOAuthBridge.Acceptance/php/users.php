<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Makes users. Run in the htdocs of the scratch copy.
 *
 * usage: php users.php <login>,<email>,<status>,<password>...
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
require_once getcwd().'/master.inc.php';

/** @var DoliDB $db */

foreach (array_slice($argv, 1) as $argument) {
	list($login, $email, $status, $password) = explode(',', $argument);
	$sql = "INSERT INTO ".MAIN_DB_PREFIX."user (entity, login, lastname, pass_crypted, statut, email, datec)";
	$hash = password_hash($password, PASSWORD_DEFAULT);
	$sql .= " VALUES (1, '".$db->escape($login)."', '".$db->escape(ucfirst($login))."', '".$db->escape($hash)."'";
	$sql .= ', '.((int) $status).", '".$db->escape($email)."', '".$db->idate(time())."')";
	if (!$db->query($sql)) {
		exit($db->lasterror()."\n");
	}
}
echo "done\n";
