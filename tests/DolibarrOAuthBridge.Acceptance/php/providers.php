<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Prints the providers in Dolibarr's own list, a line for each: GOOGLE, MICROSOFT, ... Run in the htdocs of the scratch copy.
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
require_once getcwd().'/master.inc.php';
require_once DOL_DOCUMENT_ROOT.'/core/lib/oauth.lib.php';

$services = function_exists('getSupportedOauth2Array') ? getSupportedOauth2Array() : $supportedoauth2array; // up to 17
foreach (array_keys($services) as $key) {
	echo preg_replace('/^OAUTH_(.+)_NAME$/', '$1', $key)."\n";
}
