<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/watch/oauthbridgestoredtoken.class.php
 * \ingroup    oauthbridge
 * \brief      What Dolibarr's own table says about a token
 */

/**
 * Reads llx_oauth_token. Only needed where the bridge does not answer.
 */
class OAuthBridgeStoredToken
{
	/** Value of endOfLife that means: never ends (StdOAuth2Token::EOL_NEVER_EXPIRES). */
	const NEVER = -9002;

	/** Seconds for which a token must still be valid to count as live: enough to send a mail. */
	const MIN_TTL = 30;

	/**
	 * Whether the stored access token is still valid, so that stock code can work with it.
	 *
	 * @param  DoliDB $db    Database handler
	 * @param  string $entry Name of the entry
	 * @return bool          True if so; false also where it cannot be read
	 */
	public static function isLive($db, $entry)
	{
		$end = self::endOf($db, $entry)['end'];
		return $end !== null && ($end === self::NEVER || $end > dol_now() + self::MIN_TTL);
	}

	/**
	 * When the stored access token ends.
	 *
	 * @param  DoliDB $db    Database handler
	 * @param  string $entry Name of the entry
	 * @return array{found:bool,end:int|null,refresh:bool} found: there is a row; end: Unix time or NEVER, null where it cannot be read;
	 *                                                     refresh: it holds a refresh token
	 */
	public static function endOf($db, $entry)
	{
		global $conf;

		require_once DOL_DOCUMENT_ROOT.'/core/lib/security.lib.php';
		$entities = function_exists('getEntity') ? getEntity('oauth_token') : (string) ((int) $conf->entity);
		$sql = 'SELECT token FROM '.MAIN_DB_PREFIX.'oauth_token';
		$sql .= " WHERE LOWER(service) = '".$db->escape(strtolower($entry))."' AND entity IN (".$db->sanitize($entities).')';
		$result = $db->query($sql);
		$row = $result ? $db->fetch_object($result) : null;
		$token = $row ? (string) dolDecrypt((string) $row->token) : '';
		$isKnown = preg_match('/"[^"]*endOfLife";i:(-?\d+);/', $token, $parts);
		return array(
			'found' => (bool) $row,
			'end' => $isKnown ? (int) $parts[1] : null,
			'refresh' => preg_match('/"[^"]*refreshToken";s:[1-9]/', $token) === 1,
		);
	}
}
