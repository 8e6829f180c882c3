<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgealarm.class.php
 * \ingroup    oauthbridge
 * \brief      Writes security events
 */

require_once __DIR__.'/oauthbridgemarker.class.php';

/**
 * Writes Dolibarr's security events (Home → Admin tools → Security events), whether or not the administrator has switched events of
 * that kind on. Never throws: nothing fails because an event could not be written.
 */
class OAuthBridgeAlarm
{
	/** Type of the event: something else than the bridge listens at its address. */
	const IMPOSTOR = 'OAUTHBRIDGE_IMPOSTOR';

	/** Seconds between two events about the same impostor. */
	const IMPOSTOR_PAUSE = 3600;

	/** Marker: an impostor was seen, and the bridge does not know of it yet. */
	const UNTOLD_IMPOSTOR = 'untold impostor';

	/**
	 * Tells the bridge, now that it answers, that an impostor was seen. It sends the notices. Never throws.
	 *
	 * @param  OAuthBridgeClient $client The bridge
	 * @return void
	 */
	public static function tellBridge($client)
	{
		if (!OAuthBridgeMarker::isSet(self::UNTOLD_IMPOSTOR)) {
			return;
		}
		try {
			$client->reportImpostor();
			OAuthBridgeMarker::clear(self::UNTOLD_IMPOSTOR);
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: the bridge could not be told of the impostor: '.$e->getMessage(), LOG_WARNING);
		}
	}

	/**
	 * Reports that something else than the bridge listens at its address: in the log each time, as an event once an hour.
	 *
	 * @param  string $text What happened, in words
	 * @return void
	 */
	public static function reportImpostor($text)
	{
		global $db;

		dol_syslog('oauthbridge: impostor: '.$text, LOG_ERR);
		OAuthBridgeMarker::set(self::UNTOLD_IMPOSTOR, OAuthBridgeMarker::MAX_TTL);
		$marker = 'impostor '.$text;
		if (is_object($db) && !OAuthBridgeMarker::isSet($marker)) {
			OAuthBridgeMarker::set($marker, self::IMPOSTOR_PAUSE);
			self::write($db, self::IMPOSTOR, $text);
		}
	}

	/**
	 * Writes a security event.
	 *
	 * @param  DoliDB $db   Database handler
	 * @param  string $type Type of the event
	 * @param  string $text What happened and what to do
	 * @return void
	 */
	public static function write($db, $type, $text)
	{
		global $user;

		try {
			require_once DOL_DOCUMENT_ROOT.'/core/class/events.class.php';
			require_once DOL_DOCUMENT_ROOT.'/user/class/user.class.php';
			$event = new Events($db);
			$event->type = $type;
			$event->dateevent = dol_now();
			// Of a description with parentheses, Dolibarr's page of security events shows only what is inside them.
			$event->description = strtr($text, '()', '[]');
			if ($event->create(is_object($user) ? $user : new User($db)) < 0) {
				dol_syslog('oauthbridge: '.$text.' This could not be written into the security events: '.$event->error, LOG_ERR);
			}
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: '.$text.' This could not be written into the security events: '.$e->getMessage(), LOG_ERR);
		}
	}
}
