<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

namespace OAuth\Common\Http\Client;

/** Double of the base of the clients: keeps what was sent. */
abstract class AbstractClient implements ClientInterface
{
	/** @var mixed[] Bodies that would have gone to a provider */
	public static $sent = array();
}
