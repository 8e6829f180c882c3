<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * The environment of the tests: small doubles of Dolibarr's functions; a real MariaDB, the real sidecar and a stand-in provider, which
 * Stage starts when a test first needs them.
 */

error_reporting(E_ALL);
set_error_handler(static function ($level, $message, $file, $line) {
	if (strncmp($file, REPOSITORY.'/', strlen(REPOSITORY) + 1) !== 0) {
		return true; // PHPUnit's own code is older than the newest PHP
	}
	if (error_reporting() & $level) {
		throw new ErrorException($message, 0, $level, $file, $line);
	}
	return false;
});

define('REPOSITORY', dirname(__DIR__, 2));
define('MODULE', REPOSITORY.'/dolibarr-module/oauthbridge');
define('DOL_DOCUMENT_ROOT', __DIR__.'/doubles');
define('DOL_URL_ROOT', '/dolibarr');
define('DOL_DATA_ROOT', sys_get_temp_dir().'/oauthbridge-documents-'.getmypid());
mkdir(DOL_DATA_ROOT);
register_shutdown_function(static function () {
	array_map('unlink', glob(DOL_DATA_ROOT.'/oauthbridge/*'));
	@rmdir(DOL_DATA_ROOT.'/oauthbridge');
	@rmdir(DOL_DATA_ROOT);
});
require_once __DIR__.'/doubles/functions.php';
require_once __DIR__.'/doubles/core/lib/security.lib.php';
require_once __DIR__.'/doubles/conf.php';
foreach (glob(__DIR__.'/Support/*.php') as $file) {
	require_once $file;
}
