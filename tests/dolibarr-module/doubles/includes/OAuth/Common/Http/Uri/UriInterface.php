<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

namespace OAuth\Common\Http\Uri;

/** Double of an address. */
interface UriInterface
{
}
