<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Doubles of the functions of security.lib.php that the module and its tests call. */

/** As in security.lib.php: AES-256-CTR with a random initialization vector. */
function dolEncrypt($text)
{
	$vector = bin2hex(random_bytes(8));
	$key = $GLOBALS['dolibarr_main_instance_unique_id'];
	return 'dolcrypt:AES-256-CTR:'.$vector.':'.openssl_encrypt($text, 'AES-256-CTR', $key, 0, $vector);
}

function dolDecrypt($text)
{
	$parts = explode(':', (string) $text, 4);
	$key = $GLOBALS['dolibarr_main_instance_unique_id'];
	return count($parts) === 4 && $parts[0] === 'dolcrypt' ? openssl_decrypt($parts[3], $parts[1], $key, 0, $parts[2]) : $text;
}
