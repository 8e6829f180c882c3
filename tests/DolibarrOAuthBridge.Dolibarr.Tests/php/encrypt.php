<?php
// In: base64 of a key, a cipher, an IV and a length a line, after a first line with base64 of a long text.
// Out: the text's start, encrypted.
require __DIR__.'/classes.php';

$text = null;
foreach (lines_of($argv[1]) as $line) {
	if ($text === null) {
		$text = base64_decode($line);
		continue;
	}
	list($key, $cipher, $iv, $length) = explode(' ', $line);
	echo encrypt_column(substr($text, 0, (int) $length), base64_decode($key), $cipher, $iv), "\n";
}
