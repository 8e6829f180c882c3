<?php
// In: one JSON object a line, a token's parts and a column that the bridge wrote. Out: what PHP makes of both.
require __DIR__.'/classes.php';

foreach (lines_of($argv[1]) as $line) {
	$case = json_decode($line, true);
	$extra = json_decode($case['extra'], true, 512, JSON_THROW_ON_ERROR);
	$token = (new OAuth\OAuth2\Token\StdOAuth2Token())->fill($case['access'], $case['refresh'], $case['end'], $extra);
	$serialized = serialize($token);
	$key = base64_decode($case['key']);
	$theirs = $case['cipher'] === '' ? $case['column'] : decrypt_column($case['column'], $key);
	$read = unserialize($theirs);
	echo json_encode(array(
		'serialized' => base64_encode($serialized),
		'column' => $case['cipher'] === '' ? $serialized : encrypt_column($serialized, $key, $case['cipher'], $case['iv']),
		'isToken' => $read instanceof OAuth\OAuth2\Token\StdOAuth2Token,
		'same' => $theirs === $serialized && serialize($read) === $serialized,
	), JSON_UNESCAPED_UNICODE), "\n";
}
