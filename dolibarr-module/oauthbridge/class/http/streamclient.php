<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/streamclient.php
 * \ingroup    oauthbridge
 * \brief      Dolibarr's StreamClient, whose refreshes the bridge answers
 */

namespace OAuth\Common\Http\Client;

/**
 * The stock StreamClient, loaded by OAuthBridgeClassLoader under another name; the bridge answers its refreshes.
 */
class StreamClient extends OAuthBridgeStockStreamClient
{
	use OAuthBridgeInterceptingClient;
}
