<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Refreshes a token with the OAuth library of the Dolibarr in DOLIBARR_ROOT, as its e-mail collector does, with the module in place. */

use OAuth\Common\Consumer\Credentials;
use OAuth\Common\Http\Client\CurlClient;
use OAuth\Common\Storage\DoliStorage;

error_reporting(E_ALL & ~E_DEPRECATED);
list(, $confFile, $address, $client, $service) = $argv;
define('DOL_DOCUMENT_ROOT', realpath(getenv('DOLIBARR_ROOT')));
require __DIR__.'/../doubles/functions.php';
require __DIR__.'/../doubles/conf.php';
require __DIR__.'/../Support/DoliDB.php';
require $confFile;
require DOL_DOCUMENT_ROOT.'/core/lib/security.lib.php';

function getEntity($element)
{
	return '1';
}

$conf = new Conf();
$conf->file = new stdClass();
$conf->file->instance_unique_id = $dolibarr_main_instance_unique_id;
$db = new DoliDB(
	$dolibarr_main_db_host,
	$dolibarr_main_db_user,
	$dolibarr_main_db_pass,
	$dolibarr_main_db_name,
	(int) $dolibarr_main_db_port
);
$conf->setEntityValues($db, 1);
$conf->modules['oauthbridge'] = 'oauthbridge';
$conf->global->OAUTHBRIDGE_ADDRESS = $address;

require dirname(__DIR__, 3).'/dolibarr-module/oauthbridge/oauthbridge_consts.php';
require DOL_DOCUMENT_ROOT.'/includes/OAuth/bootstrap.php';

list($provider, $label) = explode('-', $service);
$entry = 'OAUTH_'.strtoupper($provider).'-'.$label;
$storage = new DoliStorage($db, $conf, $label, getDolGlobalString($entry.'_TENANT'));
$factory = new OAuth\ServiceFactory();
if ($client === 'curl') {
	$factory->setHttpClient(new CurlClient());
}
$credentials = new Credentials(
	getDolGlobalString($entry.'_ID'),
	getDolGlobalString($entry.'_SECRET'),
	getDolGlobalString($entry.'_URLCALLBACK')
);
$api = $factory->createService($provider, $credentials, $storage, array());
$token = $storage->retrieveAccessToken($service);
$refreshToken = $token->getRefreshToken();
try {
	$token = $api->refreshAccessToken($token);
	$token->setRefreshToken($refreshToken);
	$storage->storeAccessToken($service, $token);
	$token = $storage->retrieveAccessToken($service);
	echo json_encode(array('access_token' => $token->getAccessToken(), 'end_of_life' => $token->getEndOfLife())), "\n";
} catch (Exception $e) {
	echo json_encode(array('exception' => get_class($e))), "\n";
}
