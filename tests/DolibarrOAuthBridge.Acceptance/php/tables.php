<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Makes the tables of a new Dolibarr with the second step of its own installer, which works on the command line too. Run in the htdocs of
 * the scratch copy.
 */

$lock = dirname(getcwd()).'/documents/install.lock';
unlink($lock); // the installer refuses to work while it is there
register_shutdown_function(static function () use ($lock) { // the installer may end with exit()
	file_put_contents($lock, '');
});
chdir(getcwd().'/install');
$argv = array('step2.php', 'set', 'en_US');
require getcwd().'/step2.php';
