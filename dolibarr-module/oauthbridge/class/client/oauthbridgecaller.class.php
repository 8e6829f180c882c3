<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgecaller.class.php
 * \ingroup    oauthbridge
 * \brief      What runs now, for the bridge's record of who uses a token
 */

/**
 * Says what runs now: a page, a script or a scheduled job. The bridge shows it to administrators; it decides nothing.
 */
class OAuthBridgeCaller
{
	const LONGEST = 120;

	/**
	 * The name of what runs now.
	 *
	 * @return string Such as "page /compta/facture/card.php" or "cron job 12"
	 */
	public static function name()
	{
		foreach (debug_backtrace(DEBUG_BACKTRACE_PROVIDE_OBJECT | DEBUG_BACKTRACE_IGNORE_ARGS) as $frame) {
			if (isset($frame['object']) && $frame['object'] instanceof Cronjob) {
				return 'cron job '.((int) $frame['object']->id);
			}
		}
		$script = isset($_SERVER['SCRIPT_NAME']) && is_string($_SERVER['SCRIPT_NAME']) ? $_SERVER['SCRIPT_NAME'] : '';
		$name = preg_replace('/[^A-Za-z0-9 \/._:#()-]/', '?', PHP_SAPI === 'cli' ? 'script '.basename($script) : 'page '.$script);

		return substr($name, 0, self::LONGEST);
	}
}
