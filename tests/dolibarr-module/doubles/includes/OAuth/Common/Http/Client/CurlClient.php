<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

namespace OAuth\Common\Http\Client;

use OAuth\Common\Http\Uri\UriInterface;

/**
 * Double of the stock class CurlClient: answers with its name
 */
class CurlClient extends AbstractClient
{
	public function retrieveResponse(UriInterface $endpoint, $requestBody, array $extraHeaders = array(), $method = 'POST')
	{
		self::$sent[] = $requestBody;
		return $this->describe();
	}

	private function describe()
	{
		return 'stock CurlClient';
	}
}
