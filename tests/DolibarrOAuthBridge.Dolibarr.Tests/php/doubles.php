<?php
// In: the eight bytes of a double in hexadecimal, big-endian, a line. Out: it as serialize() writes it, with two settings.
require __DIR__.'/classes.php';

foreach (lines_of($argv[1]) as $line) {
	$number = unpack('E', hex2bin($line))[1];
	ini_set('serialize_precision', '-1');
	$shortest = serialize($number);
	ini_set('serialize_precision', '17');
	echo $shortest, ' ', serialize($number), "\n";
}
