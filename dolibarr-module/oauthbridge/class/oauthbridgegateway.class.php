<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors */

/**
 * \file       class/oauthbridgegateway.class.php
 * \ingroup    oauthbridge
 * \brief      Asks the bridge where stock code can go on without it
 */

require_once __DIR__.'/oauthbridgeclient.class.php';
require_once __DIR__.'/oauthbridgegrantwatch.class.php';

/**
 * Asks the bridge on behalf of stock code, which must go on whatever happens: failures become one warning in the log, and a bridge
 * that does not answer is left alone for a while, so that a thousand mails do not wait a thousand times.
 */
class OAuthBridgeGateway
{
	/** Seconds for which a bridge that did not answer is not asked again by the same process. */
	const PAUSE = 60;

	/** @var array<string,int> Time until which a bridge is left alone, by address */
	private static $pausedUntil = array();

	/**
	 * Asks the bridge.
	 *
	 * @param  string   $purpose What for, as it stands in the log
	 * @param  callable $request Gets an OAuthBridgeClient and returns the answer
	 * @return mixed             The answer; null where there is none
	 */
	public static function ask($purpose, callable $request)
	{
		$address = getDolGlobalString('OAUTHBRIDGE_ADDRESS');
		if (isset(self::$pausedUntil[$address]) && time() < self::$pausedUntil[$address]) {
			return null;
		}
		try {
			$client = new OAuthBridgeClient();
			$answer = $request($client);
			unset(self::$pausedUntil[$address]);
			return $answer;
		} catch (OAuthBridgeUnreachableException $e) {
			self::$pausedUntil[$address] = time() + self::PAUSE;
			dol_syslog('oauthbridge: '.$purpose.' goes on without the bridge. '.$e->getDetail(), LOG_WARNING);
		} catch (OAuthBridgeException $e) {
			dol_syslog('oauthbridge: '.$purpose.' goes on without the bridge. '.$e->getProblemCode().': '.$e->getDetail(), LOG_WARNING);
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: '.$purpose.' goes on without the bridge. '.get_class($e).': '.$e->getMessage(), LOG_ERR);
		}
		return null;
	}

	/**
	 * Makes sure that the entry's row holds a token that lives for a while; notes a grant that has ended.
	 *
	 * @param  DoliDB $db      Database handler
	 * @param  string $entry   Name of the entry
	 * @param  string $purpose What for, as it stands in the log
	 * @return bool            Whether it does
	 */
	public static function freshen($db, $entry, $purpose)
	{
		return self::ask(
			$purpose,
			static function (OAuthBridgeClient $client) use ($db, $entry) {
				$watch = new OAuthBridgeGrantWatch($db);
				try {
					$client->getToken($entry);
				} catch (OAuthBridgeException $e) {
					if ($e->getProblemCode() === 'consent_required') {
						$watch->noteEnd($entry);
					}
					throw $e;
				}
				$watch->noteLife($entry);
				return true;
			}
		) === true;
	}
}
