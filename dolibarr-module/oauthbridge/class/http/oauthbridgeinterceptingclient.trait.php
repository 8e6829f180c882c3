<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/oauthbridgeinterceptingclient.trait.php
 * \ingroup    oauthbridge
 * \brief      Makes a stock HTTP client ask the bridge first
 */

namespace OAuth\Common\Http\Client;

use OAuth\Common\Http\Uri\UriInterface;

/**
 * Lets the bridge answer refreshes; the stock client sends all other requests.
 */
trait OAuthBridgeInterceptingClient
{
	/**
	 * Sends a request and returns the body of the answer.
	 *
	 * @param  UriInterface $endpoint     Address
	 * @param  mixed        $requestBody  Body: an array of form fields, or a string
	 * @param  array        $extraHeaders Headers
	 * @param  string       $method       HTTP method
	 * @return string                     The body of the answer
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
