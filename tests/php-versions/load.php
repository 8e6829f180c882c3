<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Parses every file of the module with this PHP, compiles its pages and loads its classes. What PHP has to say about them, down to a
 * deprecation, is a failure. The last line is "N passed, N failed".
 */

require 'PHPUnit/Autoload.php';
require dirname(__DIR__).'/dolibarr-module/bootstrap.php';

$GLOBALS['conf'] = new Conf();
$GLOBALS['langs'] = new Translate();
$passed = 0;
$failed = 0;
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator(MODULE, FilesystemIterator::SKIP_DOTS)) as $file) {
	if ($file->getExtension() !== 'php') {
		continue;
	}
	$path = $file->getPathname();
	try {
		$code = file_get_contents($path);
		token_get_all($code, TOKEN_PARSE);
		if (strpos($code, "\nnamespace ") === false && !preg_match('/^(abstract |final )?(class|trait|interface|function) /m', $code)) {
			eval('return; ?>'.$code); // compiled, not run
		} elseif (!preg_match("#includes/OAuth|modules_boxes|\nnamespace #", $code)) { // these extend what only a Dolibarr has
			require_once $path;
		}
		$passed++;
	} catch (Throwable $error) {
		$failed++;
		echo substr($path, strlen(MODULE) + 1), ': ', $error->getMessage(), ' (line ', $error->getLine(), ")\n";
	}
}
echo $passed, ' passed, ', $failed, " failed\n";
exit($failed === 0 ? 0 : 1);
