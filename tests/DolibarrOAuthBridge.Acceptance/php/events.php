<?php
/**
 * Prints the security events, newest last: type, description. Run in the htdocs of the scratch copy.
 *
 * usage: php events.php
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
require_once getcwd().'/master.inc.php';

/** @var DoliDB $db */

$result = $db->query('SELECT type, description FROM '.MAIN_DB_PREFIX.'events ORDER BY rowid');
while ($row = $db->fetch_object($result)) {
	echo $row->type.' '.$row->description."\n";
}
