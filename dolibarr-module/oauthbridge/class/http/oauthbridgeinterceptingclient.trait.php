<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/oauthbridgeinterceptingclient.trait.php
 * \ingroup    oauthbridge
 * \brief      What makes a stock HTTP client ask the bridge first
 */

namespace OAuth\Common\Http\Client;

use OAuth\Common\Http\Uri\UriInterface;

/**
 * Answers refreshes from the bridge; everything else is the stock client's.
 */
trait OAuthBridgeInterceptingClient
{
	/**
	 * Sends a request and returns the body of the answer.
	 *
	 * @param  UriInterface $endpoint     Where it goes
	 * @param  mixed        $requestBody  What is sent
	 * @param  array        $extraHeaders Headers
	 * @param  string       $method       HTTP method
	 * @return string                     The body
	 */
	public function retrieveResponse(
		UriInterface $endpoint,
		$requestBody,
		array $extraHeaders = array(),
		$method = 'POST'
	) {
		$answer = \OAuthBridgeRefreshInterceptor::answer($requestBody, $method);
		return $answer === null ? parent::retrieveResponse($endpoint, $requestBody, $extraHeaders, $method) : $answer;
	}
}
