<?php
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Microseconds of a stock read of the row against a fetch from the sidecar, at the median, in one run.
 * Arguments: conf.php, service, address, path, API key, unix socket ("" for TCP).
 * The stock read is what DoliStorage does on an open connection: select, decrypt, unserialize.
 */
include $argv[1];
const ROUNDS = 2000;
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$db = new mysqli(
	$dolibarr_main_db_host,
	$dolibarr_main_db_user,
	$dolibarr_main_db_pass,
	$dolibarr_main_db_name,
	(int) $dolibarr_main_db_port
);
$curl = curl_init();
curl_setopt_array($curl, array(
	CURLOPT_URL => $argv[3] . $argv[4],
	CURLOPT_RETURNTRANSFER => true,
	CURLOPT_PROXY => '',
	CURLOPT_HTTPHEADER => array('Authorization: Bearer ' . $argv[5]),
));
if ($argv[6] !== '') {
	curl_setopt($curl, CURLOPT_UNIX_SOCKET_PATH, $argv[6]);
}

$stock = function () use ($db, $argv, $dolibarr_main_instance_unique_id) {
	$service = $db->escape_string($argv[2]);
	$row = $db->query("SELECT token, datec, tms, state FROM llx_oauth_token WHERE service = '$service' AND entity IN (1)")->fetch_object();
	list(, $cipher, $iv, $value) = explode(':', $row->token, 4);
	$serialized = openssl_decrypt($value, $cipher, $dolibarr_main_instance_unique_id, 0, $iv);
	return unserialize($serialized, array('allowed_classes' => false)) !== false;
};
$fetch = function () use ($curl) {
	return isset(json_decode(curl_exec($curl), true)['access_token']);
};

$times = array('stock' => array(), 'fetch' => array());
for ($round = 0; $round < ROUNDS; $round++) {
	foreach (array('stock' => $stock, 'fetch' => $fetch) as $name => $read) {
		$start = hrtime(true);
		if (!$read()) {
			fwrite(STDERR, "$name gave no token\n");
			exit(1);
		}
		$times[$name][] = (hrtime(true) - $start) / 1000;
	}
}
foreach ($times as &$list) {
	sort($list);
	$list = $list[ROUNDS / 2];
}
echo json_encode($times);
