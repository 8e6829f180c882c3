<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgestoredentries.class.php
 * \ingroup    oauthbridge
 * \brief      The entries as Dolibarr's own tables have them
 */

require_once __DIR__.'/../watch/oauthbridgestoredtoken.class.php';

/**
 * Reports on entries without the bridge: less than OAuthBridgeClient::getEntries knows, in the same form. Only shown while the bridge
 * does not answer.
 */
class OAuthBridgeStoredEntries
{
	/**
	 * Every entry of the current entity.
	 *
	 * @param  DoliDB $db Database handler
	 * @return array<int,array<string,mixed>> As OAuthBridgeClient::getEntries, without warnings and flows
	 */
	public static function list($db)
	{
		global $conf;

		$entries = array();
		foreach (get_object_vars($conf->global) as $name => $value) {
			if (!is_string($value) || $value === '' || !preg_match('/^OAUTH_(([A-Z0-9]+)(?:-(.+))?)_ID$/D', (string) $name, $parts)) {
				continue;
			}
			$missing = getDolGlobalString('OAUTH_'.$parts[1].'_SECRET') === '' ? array('client_secret') : array();
			$end = OAuthBridgeStoredToken::endOf($db, $parts[1]);
			$entries[$parts[1]] = array(
				'entry' => $parts[1],
				'service' => '',
				'provider' => ucfirst(strtolower($parts[2])),
				'label' => $parts[3] ?? '',
				'entity' => (int) $conf->entity,
				'scopes' => array_values(array_filter(explode(',', getDolGlobalString('OAUTH_'.$parts[1].'_SCOPE')), 'strlen')),
				'complete' => !$missing,
				'missing' => $missing,
				'flows' => array(),
				'needs_person' => (bool) $missing,
				'token' => self::tokenOf($end),
				'warnings' => array(),
			);
		}
		ksort($entries);
		return array_values($entries);
	}

	/**
	 * What the end of a token tells.
	 *
	 * @param  array{found:bool,end:int|null,refresh:bool} $stored As OAuthBridgeStoredToken::endOf gives it
	 * @return array<string,mixed>                                 status, expires_at, has_refresh_token
	 */
	private static function tokenOf(array $stored)
	{
		if (!$stored['found']) {
			return array('status' => 'none');
		}
		if ($stored['end'] === null) {
			return array('status' => 'unreadable');
		}
		if ($stored['end'] === OAuthBridgeStoredToken::NEVER) {
			return array('status' => 'never_expires', 'has_refresh_token' => $stored['refresh']);
		}
		return array(
			'status' => $stored['end'] > dol_now() ? 'valid' : 'expired',
			'expires_at' => gmdate('Y-m-d\TH:i:s\Z', $stored['end']),
			'has_refresh_token' => $stored['refresh'],
		);
	}
}
