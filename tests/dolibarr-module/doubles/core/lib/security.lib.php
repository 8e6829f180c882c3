<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Doubles of the functions of security.lib.php that the module and its tests call. */

/** As in security.lib.php: AES-256-CTR with a random start. */
function dolEncrypt($text)
{
	$start = bin2hex(random_bytes(8));
	return 'dolcrypt:AES-256-CTR:'.$start.':'.openssl_encrypt($text, 'AES-256-CTR', $GLOBALS['dolibarr_main_instance_unique_id'], 0, $start);
}

function dolDecrypt($text)
{
	$parts = explode(':', (string) $text, 4);
	return count($parts) === 4 && $parts[0] === 'dolcrypt' ? openssl_decrypt($parts[3], $parts[1], $GLOBALS['dolibarr_main_instance_unique_id'], 0, $parts[2]) : $text;
}
