<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Dumps a database to the standard output as Dolibarr's backup page does where it has no mysqldump: the server's CREATE TABLE, one INSERT
// for each row, numbers without quotes. With DOLIBARR_ROOT, the htdocs of a Dolibarr, that Dolibarr's own code does it.
// Arguments: the server's socket, the account, the database. The password is in MYSQL_PWD.

error_reporting(E_ALL & ~E_DEPRECATED);
list(, $socket, $user, $database) = $argv;
$mysqli = new mysqli('localhost', $user, (string) getenv('MYSQL_PWD'), $database, 0, $socket);

/** As much of Dolibarr's database class as its dump needs. */
class DoliDBMysqli
{
	const LABEL = 'MySQL or MariaDB';
	/** @var mysqli */
	public $db;
	/** @var string */
	public $database_name;

	public function __construct(mysqli $db, $database)
	{
		$this->db = $db;
		$this->database_name = $database;
	}

	public function query($sql)
	{
		return $this->db->query($sql);
	}

	public function fetch_row($result)
	{
		return $result->fetch_row();
	}
}

/** @param mysqli $mysqli */
function dump_as_dolibarr($mysqli)
{
	$mysqli->set_charset('utf8');
	echo "-- dump via php\n/*!40101 SET NAMES utf8 */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n";
	echo "/*!40014 SET UNIQUE_CHECKS=0, FOREIGN_KEY_CHECKS=0 */;\n/*!40101 SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n";
	$tables = $mysqli->query("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'");
	while ($table = $tables->fetch_row()[0] ?? null) {
		echo "\n".$mysqli->query('SHOW CREATE TABLE '.$table)->fetch_row()[1].";\n";
		echo 'LOCK TABLES `'.$table."` WRITE;\n/*!40000 ALTER TABLE `".$table."` DISABLE KEYS */;\n";
		$rows = $mysqli->query('SELECT * FROM '.$table);
		while ($row = $rows->fetch_row()) {
			echo 'INSERT INTO '.$table.' VALUES ('.implode(',', array_map('value_as_dolibarr', $row)).");\n";
		}
		echo "UNLOCK TABLES;\n";
	}
}

/** @param string|null $value */
function value_as_dolibarr($value)
{
	if ($value === null) {
		return 'NULL';
	}
	if (is_numeric($value) && $value === (string) ((float) $value + 0)) {
		return $value;
	}
	return "'".str_replace("\n", '\\n', addslashes($value))."'";
}

$root = (string) getenv('DOLIBARR_ROOT');
if ($root === '') {
	dump_as_dolibarr($mysqli);
	exit(0);
}

define('DOL_VERSION', 'under test');
function GETPOST($name)
{
	return '';
}
function dol_syslog($message)
{
}
require $root.'/core/class/utils.class.php';
$db = new DoliDBMysqli($mysqli, $database);
$utils = new Utils($db);
$file = tempnam(sys_get_temp_dir(), 'dump');
$done = $utils->backupTables($file);
readfile($file);
unlink($file);
exit($done > 0 ? 0 : 1);
