<?php
// In: the path of a conf.php a line. Out: its variables after PHP has run it, as base64 of their text.
require __DIR__.'/classes.php';
// The generated code is odd on purpose.
error_reporting(0);

function variables_of($path)
{
	ob_start();
	include $path;
	ob_end_clean();
	unset($path);
	return array_map('base64_encode', array_map('strval', array_filter(get_defined_vars(), 'is_scalar')));
}

foreach (lines_of($argv[1]) as $line) {
	try {
		echo json_encode((object) variables_of($line)), "\n";
	} catch (ParseError $error) {
		ob_end_clean();
		echo json_encode(array('error' => $error->getMessage())), "\n";
	}
}
