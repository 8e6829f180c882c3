<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/curlclient.php
 * \ingroup    oauthbridge
 * \brief      Dolibarr's CurlClient, whose refreshes the bridge answers
 */

namespace OAuth\Common\Http\Client;

/**
 * The stock CurlClient, loaded by OAuthBridgeClassLoader under another name; the bridge answers its refreshes.
 */
class CurlClient extends OAuthBridgeStockCurlClient
{
	use OAuthBridgeInterceptingClient;
}
