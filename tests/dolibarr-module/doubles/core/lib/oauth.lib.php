<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of Dolibarr's list of OAuth services: some of them. */
function getSupportedOauth2Array()
{
	return array(
		'OAUTH_GOOGLE_NAME' => array('picto' => 'google', 'name' => 'Google'),
		'OAUTH_MICROSOFT_NAME' => array('picto' => 'microsoft', 'name' => 'Microsoft [outlook.office365]'),
		'OAUTH_GENERIC_NAME' => array('picto' => 'generic', 'name' => 'Generic'),
	);
}
