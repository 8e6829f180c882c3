<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Makes a freshly created database a Dolibarr that one can work with: an administrator, a company, the standard modules
 * that the acceptance run needs. Run in the htdocs of the scratch copy.
 *
 * usage: php prepare.php <password of the administrator> <module class>...
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
$db = null;
require_once getcwd().'/master.inc.php';
require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
require_once DOL_DOCUMENT_ROOT.'/user/class/user.class.php';

/** @var Conf $conf */
/** @var DoliDB $db */
/** @var Translate $langs */

$langs->setDefaultLang('en_US');
dolibarr_del_const($db, 'MAIN_NOT_INSTALLED', 0);
dolibarr_del_const($db, 'MAIN_NOT_INSTALLED', 1);
$constants = array(
	'MAIN_VERSION_FIRST_INSTALL' => DOL_VERSION,
	'MAIN_VERSION_LAST_INSTALL' => DOL_VERSION,
	'MAIN_SECURITY_HASH_ALGO' => 'password_hash',
	'MAIN_SECURITY_SALT' => bin2hex(random_bytes(8)),
	'MAIN_LANG_DEFAULT' => 'en_US',
	'MAIN_INFO_SOCIETE_NOM' => 'Lovelace & Sons',
	'MAIN_INFO_SOCIETE_COUNTRY' => '1:FR:France',
	'MAIN_THEME' => 'eldy',
);
$ofCompany = array('MAIN_INFO_SOCIETE_NOM', 'MAIN_INFO_SOCIETE_COUNTRY', 'MAIN_LANG_DEFAULT', 'MAIN_THEME');
foreach ($constants as $name => $value) {
	if (dolibarr_set_const($db, $name, $value, 'chaine', 0, '', in_array($name, $ofCompany, true) ? 1 : 0) < 0) {
		exit('Constant '.$name.': '.$db->lasterror()."\n");
	}
}
$conf->setValues($db);

$sql = "INSERT INTO ".MAIN_DB_PREFIX."user (entity, login, lastname, firstname, pass_crypted, admin, statut, email, datec)";
$hash = $db->escape(password_hash($argv[1], PASSWORD_DEFAULT));
$sql .= " VALUES (0, 'admin', 'Admin', 'Ada', '".$hash."', 1, 1, 'ada@example.com', '".$db->idate(time())."')";
if (!$db->query($sql)) {
	exit($db->lasterror()."\n");
}

$user = new User($db);
if ($user->fetch(0, 'admin') <= 0) {
	exit('The administrator was not created: '.$user->error."\n");
}
foreach (array_slice($argv, 2) as $module) {
	$result = activateModule($module);
	if (!empty($result['errors'])) {
		exit($module.': '.implode(', ', $result['errors'])."\n");
	}
	$conf->setValues($db); // the next one may depend on it
}
echo "done\n";
