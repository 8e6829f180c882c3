<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/streamclient.php
 * \ingroup    oauthbridge
 * \brief      Dolibarr's StreamClient with the bridge in front
 */

namespace OAuth\Common\Http\Client;

/**
 * The stock StreamClient, which OAuthBridgeClassLoader has loaded under another name, with the bridge in front.
 */
class StreamClient extends OAuthBridgeStockStreamClient
{
	use OAuthBridgeInterceptingClient;
}
