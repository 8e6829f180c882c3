<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Reads its options, prints its address, answers requests, and ends when its parent closes its input: then it prints what it heard. */

$options = json_decode(fgets(STDIN), true);
$server = stream_socket_server($options['listen']);
echo stream_socket_get_name($server, false), "\n";

/** @return string The answer to a request */
function answer(array $options, $request)
{
	if (!preg_match('~^GET /v1/identity\?nonce=([\w-]+)&entity=(\d+) ~', $request, $parts)) {
		return base64_decode($options['answer']);
	}
	if ($options['identity'] !== '') {
		return base64_decode($options['identity']);
	}
	$message = "dolibarr-oauth-bridge identity v1\n".$parts[1]."\n".$parts[2];
	$proof = rtrim(strtr(base64_encode(hash_hmac('sha256', $message, $options['key'], true)), '+/', '-_'), '=');
	$body = json_encode(array('proof' => $proof));
	return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ".strlen($body)."\r\n\r\n".$body;
}

$clients = array();
$heard = array();
while (true) {
	$streams = array_merge(array($server, STDIN), $clients);
	$none = null;
	stream_select($streams, $none, $none, null);
	foreach ($streams as $stream) {
		if ($stream === STDIN) {
			echo json_encode(array_values($heard));
			exit;
		}
		if ($stream === $server) {
			$client = stream_socket_accept($server);
			$clients[(int) $client] = $client;
			$heard[(int) $client] = '';
			continue;
		}
		$request = (string) fread($stream, 65536);
		$heard[(int) $stream] .= $request;
		$answer = $request === '' ? '' : answer($options, $request);
		@fwrite($stream, $answer);
		$isProof = strncmp($request, 'GET /v1/identity', 16) === 0;
		if ($request === '' || (!$isProof && $answer !== '') || ($isProof && $options['close'])) {
			fclose($stream);
			unset($clients[(int) $stream]);
		}
	}
}
