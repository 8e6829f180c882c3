<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of the bootstrap of Dolibarr's OAuth library: loads its classes from this folder. */

spl_autoload_register(static function ($class) {
	$file = dirname(__DIR__).'/'.strtr($class, '\\', '/').'.php';
	if (strpos($class, 'OAuth\\') === 0 && is_file($file)) {
		require $file;
	}
});
