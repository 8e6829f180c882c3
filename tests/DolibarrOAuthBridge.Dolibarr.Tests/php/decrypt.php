<?php
// In: base64 of a key, a length and an encrypted value a line, after a first line with base64 of a long text.
// Out: whether the value is the text's start, encrypted.
require __DIR__.'/classes.php';

$text = null;
foreach (lines_of($argv[1]) as $line) {
	if ($text === null) {
		$text = base64_decode($line);
		continue;
	}
	list($key, $length, $column) = explode(' ', $line);
	echo decrypt_column($column, base64_decode($key)) === substr($text, 0, (int) $length) ? 'same' : 'different', "\n";
}
