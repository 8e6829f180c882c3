<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/curlclient.php
 * \ingroup    oauthbridge
 * \brief      Dolibarr's CurlClient with the bridge in front
 */

namespace OAuth\Common\Http\Client;

/**
 * The stock CurlClient, which OAuthBridgeClassLoader has loaded under another name, with the bridge in front.
 */
class CurlClient extends OAuthBridgeStockCurlClient
{
	use OAuthBridgeInterceptingClient;
}
