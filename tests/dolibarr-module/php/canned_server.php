<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Reads an answer from standard input, prints its address and gives every request that answer. Ends when its parent does. */

$answer = stream_get_contents(STDIN, (int) fgets(STDIN));
$server = stream_socket_server($argv[1]);
echo stream_socket_get_name($server, false), "\n";
while (true) {
	$streams = array($server, STDIN);
	$none = null;
	stream_select($streams, $none, $none, null);
	if (in_array(STDIN, $streams, true)) {
		exit;
	}
	$client = stream_socket_accept($server);
	while (($line = fgets($client)) !== false && rtrim($line) !== '') {
		continue;
	}
	@fwrite($client, $answer);
	fclose($client);
}
