<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// A token endpoint for one grant, for PHP's own web server. It gives a new refresh token each time and takes none twice. Its state is in
// files of the current directory: "current" (the refresh token), "access", "granted" (a line for each refresh), "reused", and "delay",
// which says how many seconds the next answer takes.

$sent = isset($_POST['refresh_token']) ? $_POST['refresh_token'] : '';

header('Content-Type: application/json');
if ($sent === '' || $sent !== file_get_contents('current')) {
	if (strpos($sent, 'rt-') === 0) {
		file_put_contents('reused', $sent."\n", FILE_APPEND); // doctor and discovery ask with none
	}
	http_response_code(400);
	echo '{"error": "invalid_grant"}';
	exit;
}

$delay = is_file('delay') ? (int) file_get_contents('delay') : 0;
@unlink('delay');
$access = 'at-'.bin2hex(random_bytes(12));
$refresh = 'rt-'.bin2hex(random_bytes(12));
file_put_contents('current', $refresh);
file_put_contents('access', $access);
file_put_contents('granted', $access."\n", FILE_APPEND);
sleep($delay);
echo json_encode(array('access_token' => $access, 'refresh_token' => $refresh, 'token_type' => 'Bearer', 'expires_in' => 3600));
