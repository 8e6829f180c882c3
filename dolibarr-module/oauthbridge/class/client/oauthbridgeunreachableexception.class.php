<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgeunreachableexception.class.php
 * \ingroup    oauthbridge
 * \brief      The bridge does not answer
 */

require_once __DIR__.'/oauthbridgeexception.class.php';

/**
 * The sidecar is not running, does not answer in time, or its address in the setup is invalid. Dolibarr's own code can go on without
 * it. The problem code is "unreachable".
 */
class OAuthBridgeUnreachableException extends OAuthBridgeException
{
	/**
	 * @param string $detail What happened and what to do, in words
	 */
	public function __construct($detail)
	{
		parent::__construct('unreachable', $detail);
	}
}
