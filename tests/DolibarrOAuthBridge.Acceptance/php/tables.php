<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Makes the tables of a new Dolibarr on PostgreSQL as its installer does: by its own conversion of the SQL for MySQL. Run in the htdocs
 * of the scratch copy.
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREDB', '1');
define('NOREQUIRESOC', '1');
define('NOREQUIREUSER', '1');
define('NOREQUIREMENU', '1');
require_once getcwd().'/master.inc.php';
require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';

/** @var Conf $conf */

require getcwd().'/conf/conf.php'; // the password is forgotten by now
$port = (int) $dolibarr_main_db_port;
$db = getDoliDBInstance('pgsql', $dolibarr_main_db_host, $dolibarr_main_db_user, $dolibarr_main_db_pass, $dolibarr_main_db_name, $port);
if (!$db->connected) {
	exit('No database: '.$db->error."\n");
}
$db->unescapeslashquot = true; // the files are written for MySQL

/**
 * Runs files one after the other. Like the installer, it goes on after an error: some scripts make a key that is already there.
 *
 * @param array<string> $files Their paths
 * @return void
 */
function runFiles($files)
{
	sort($files);
	foreach ($files as $file) {
		run_sql($file, 1, 1);
	}
}

$isKey = static function ($file) {
	return substr($file, -8) === '.key.sql';
};
$tables = glob(DOL_DOCUMENT_ROOT.'/install/mysql/tables/llx_*.sql');
foreach ($tables as $file) {
	if (!$isKey($file)) { // step2.php of the installer does not use run_sql() for these
		$sql = preg_replace('/--(.+)*/', '', file_get_contents($file));
		$db->query(preg_replace('/ENGINE=innodb/i', '', $sql), 0, 'dml');
	}
}
runFiles(array_filter($tables, $isKey));
runFiles(glob(DOL_DOCUMENT_ROOT.'/install/pgsql/functions/functions*.sql'));
$db->query('BEGIN');
$data = glob(DOL_DOCUMENT_ROOT.'/install/mysql/data/llx_*.sql');
runFiles(array_filter($data, static function ($file) {
	return strpos(basename($file), 'llx_accounting_account_') !== 0; // charts of accounts: large and of no use here
}));
$db->query('COMMIT');
echo "done\n";
