<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       oauthbridge_consts.php
 * \ingroup    oauthbridge
 * \brief      Included by Dolibarr at the start of every web, cron and command line run, because LOCAL_CONSTS_FILES names it
 *
 * It must never break a page, so it only registers a class loader, and does nothing if that file is missing.
 */

if (is_readable(__DIR__.'/class/http/oauthbridgeclassloader.class.php')) {
	include_once __DIR__.'/class/http/oauthbridgeclassloader.class.php';
	OAuthBridgeClassLoader::register();
}
