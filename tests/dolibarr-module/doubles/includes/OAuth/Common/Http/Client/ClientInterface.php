<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

namespace OAuth\Common\Http\Client;

use OAuth\Common\Http\Uri\UriInterface;

/** Double of what every HTTP client of the library can. */
interface ClientInterface
{
	public function retrieveResponse(UriInterface $endpoint, $requestBody, array $extraHeaders = array(), $method = 'POST');
}
