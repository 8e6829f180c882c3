<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Writes and reads a token with the storage class of Dolibarr's own OAuth library. Run in the htdocs of the scratch copy.
 *
 * usage: php stock_token.php read <service> <label>                      prints access and refresh token, or "unreadable"
 *        php stock_token.php write <service> <label> <access> <refresh>  as Dolibarr's consent page does; it ends in an hour
 *        php stock_token.php under <service> <label> <key>               encrypts the row anew under the key as it is given
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
require_once getcwd().'/master.inc.php';
require_once DOL_DOCUMENT_ROOT.'/includes/OAuth/bootstrap.php';

use OAuth\Common\Storage\DoliStorage;
use OAuth\Common\Storage\Exception\TokenNotFoundException;
use OAuth\OAuth2\Token\StdOAuth2Token;

/** @var DoliDB $db */
/** @var Conf $conf */

list(, $action, $service, $label) = $argv;
$storage = new DoliStorage($db, $conf, $label);
if ($action === 'write') {
	$storage->storeAccessToken($service, new StdOAuth2Token($argv[4], $argv[5], 3600, array('token_type' => 'Bearer')));
	exit("done\n");
}
try {
	$token = $storage->retrieveAccessToken($service);
} catch (TokenNotFoundException $exception) {
	exit("unreadable\n");
}
if ($action === 'read') {
	exit($token->getAccessToken()."\n".$token->getRefreshToken()."\n");
}
$iv = bin2hex(random_bytes(8));
$value = 'dolcrypt:AES-256-CTR:'.$iv.':'.openssl_encrypt(serialize($token), 'AES-256-CTR', $argv[4], 0, $iv);
$sql = "UPDATE ".MAIN_DB_PREFIX."oauth_token SET token = '".$db->escape($value)."'";
$sql .= " WHERE service = '".$db->escape($service.'-'.$label)."'";
echo $db->query($sql) ? "done\n" : $db->lasterror()."\n";
