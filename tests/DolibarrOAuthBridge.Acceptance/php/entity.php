<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Makes a second company of a Dolibarr without the module Multicompany: its constants, and the modules that it uses. Run in the htdocs
 * of the scratch copy.
 *
 * usage: php entity.php <entity> <module class>...
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
define('DOLENTITY', (int) $argv[1]);
require_once getcwd().'/master.inc.php';
require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';

/** @var Conf $conf */
/** @var DoliDB $db */
/** @var Translate $langs */
/** @var User $user */

$langs->setDefaultLang('en_US');
$constants = array('MAIN_INFO_SOCIETE_NOM' => 'Branch', 'MAIN_INFO_SOCIETE_COUNTRY' => '1:FR:France', 'MAIN_LANG_DEFAULT' => 'en_US');
foreach ($constants as $name => $value) {
	if (dolibarr_set_const($db, $name, $value, 'chaine', 0, '', DOLENTITY) < 0) {
		exit('Constant '.$name.': '.$db->lasterror()."\n");
	}
}
$conf->setValues($db);
$user->fetch(0, 'admin');
foreach (array_slice($argv, 2) as $module) {
	$result = activateModule($module);
	if (!empty($result['errors'])) {
		exit($module.': '.implode(', ', $result['errors'])."\n");
	}
	$conf->setValues($db);
}
echo 'entity '.$conf->entity."\n";
