<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Loads a client of the OAuth library with the module's class loader in place, and refreshes an entry while the bridge is down. */

error_reporting(E_ALL);
ini_set('display_errors', '1');
define('DOL_DOCUMENT_ROOT', $argv[1].'/htdocs');
require $argv[1].'/htdocs/functions.php';
require $argv[1].'/htdocs/conf.php';
$conf = new Conf();
$conf->modules['oauthbridge'] = 'oauthbridge';
$conf->global->OAUTHBRIDGE_ADDRESS = 'http://127.0.0.1:1';
$conf->global->{'OAUTH_GOOGLE-Mail_ID'} = 'id';

require $argv[1].'/oauthbridge/oauthbridge_consts.php';
require $argv[2].'/bootstrap.php';
$client = new OAuth\Common\Http\Client\StreamClient();
$endpoint = new class implements OAuth\Common\Http\Uri\UriInterface {
};
$body = array('grant_type' => 'refresh_token', 'client_id' => 'id', 'client_secret' => 'secret', 'refresh_token' => 'token');
echo get_parent_class($client), ' ', $client->retrieveResponse($endpoint, $body), "\n";
