<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

namespace OAuth\Common\Http\Client;

use OAuth\Common\Http\Uri\UriInterface;

/**
 * Double of the stock class StreamClient: answers with its name
 */
class StreamClient extends AbstractClient
{
	public function retrieveResponse(UriInterface $endpoint, $requestBody, array $extraHeaders = array(), $method = 'POST')
	{
		self::$sent[] = $requestBody;
		return $this->describe();
	}

	private function describe()
	{
		return 'stock StreamClient';
	}
}
