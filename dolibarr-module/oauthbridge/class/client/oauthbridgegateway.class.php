<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgegateway.class.php
 * \ingroup    oauthbridge
 * \brief      Asks the bridge on behalf of code that can go on without it
 */

require_once __DIR__.'/../oauthbridgeclient.class.php';
require_once __DIR__.'/oauthbridgemarker.class.php';

/**
 * Asks the bridge on behalf of stock code, which must go on whatever happens: a failure becomes one warning in the log. A bridge that
 * does not answer is not asked again for PAUSE seconds by any process of this Dolibarr, so that they wait for it once. Stock code then
 * spends refresh tokens itself, so an answer that was only not awaited (isHasty) does not count.
 */
class OAuthBridgeGateway
{
	/** Seconds for which a bridge that did not answer is not asked again. */
	const PAUSE = 60;

	/**
	 * Asks the bridge. Never throws.
	 *
	 * @param  string   $purpose What is done without the bridge if it fails, for the log: "sending mail with GOOGLE-Mail"
	 * @param  callable $request Gets an OAuthBridgeClient; returns the answer
	 * @return mixed             What $request returned; null where the bridge failed or is not asked at present
	 */
	public static function ask($purpose, callable $request)
	{
		if (self::isPaused()) {
			return null;
		}
		try {
			return $request(new OAuthBridgeClient());
		} catch (OAuthBridgeUnreachableException $e) {
			if (!$e->isHasty) {
				OAuthBridgeMarker::set(self::marker(), self::PAUSE);
			}
			self::log($purpose, $e->getDetail(), LOG_WARNING);
		} catch (OAuthBridgeException $e) {
			self::log($purpose, $e->getProblemCode().': '.$e->getDetail(), LOG_WARNING);
		} catch (Throwable $e) {
			self::log($purpose, get_class($e).': '.$e->getMessage(), LOG_ERR);
		}
		return null;
	}

	/**
	 * Whether the bridge did not answer a short while ago, to this or another process.
	 *
	 * @return bool True if so
	 */
	public static function isPaused()
	{
		return OAuthBridgeMarker::isSet(self::marker());
	}

	/**
	 * The note that the bridge does not answer.
	 *
	 * @return string Its name
	 */
	private static function marker()
	{
		return 'paused '.getDolGlobalString('OAUTHBRIDGE_ADDRESS');
	}

	/**
	 * Logs that stock code goes on without the bridge.
	 *
	 * @param  string $purpose What goes on
	 * @param  string $reason  Why the bridge could not help
	 * @param  int    $level   LOG_WARNING or LOG_ERR
	 * @return void
	 */
	private static function log($purpose, $reason, $level)
	{
		dol_syslog('oauthbridge: '.$purpose.' goes on without the bridge. '.$reason, $level);
	}
}
