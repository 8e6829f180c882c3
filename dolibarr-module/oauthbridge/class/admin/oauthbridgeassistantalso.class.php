<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistantalso.class.php
 * \ingroup    oauthbridge
 * \brief      One application at the provider for mail and for the sign-in
 */

require_once __DIR__.'/oauthbridgeassistant.class.php';
require_once __DIR__.'/oauthbridgeentrystate.class.php';

/**
 * A second run of the assistant, for the other purpose, with what the first one entered. Mail and sign-in are two entries of Dolibarr,
 * with scopes and a redirect URI of their own. The client secret is never in a page: it is read from the first entry when the second one
 * is written.
 */
class OAuthBridgeAssistantAlso
{
	/** What is offered after a purpose. */
	const OTHERS = array('send' => 'login', 'collect' => 'login', 'both' => 'login', 'login' => 'send');

	/**
	 * What the application of a run can be used for as well.
	 *
	 * @param  array<string,string> $state OAuthBridgeAssistant::state()
	 * @return string                      One of OAuthBridgeAssistant::PURPOSES; empty where there is nothing, or it is used for it already
	 */
	public static function purposeAfter(array $state)
	{
		$purpose = self::OTHERS[$state['purpose']] ?? '';
		$provider = $state['provider'];
		if ($purpose === '' || !isset(OAuthBridgeAssistant::PROVIDERS[$provider])) {
			return '';
		}
		if (OAuthBridgeAssistant::scopes($provider, $purpose, $state['preset']) === null) {
			return '';
		}
		$isThere = $purpose === 'login'
			? OAuthBridgeAssistant::exists($provider.'-'.OAuthBridgeEntryState::LOGIN_LABEL)
			: self::isShared($state['entry'], $provider);
		return $isThere ? '' : $purpose;
	}

	/**
	 * Begins the second run.
	 *
	 * @param  array<string,string> $state OAuthBridgeAssistant::state() of the first one
	 * @return bool                        Whether there is something to begin
	 */
	public static function begin(array $state)
	{
		$purpose = self::purposeAfter($state);
		if ($purpose === '') {
			return false;
		}
		OAuthBridgeAssistant::propose($purpose, $state['provider'], $state['preset']);
		OAuthBridgeAssistant::remember(array('from' => $state['entry']) + self::commonOf($state['entry'], $state['provider']));
		return true;
	}

	/**
	 * The client secret that a second run takes over.
	 *
	 * @param  array<string,string> $values from, provider, client_id, tenant, url
	 * @return string                       The secret; empty where there is none, or the application or server is another than the first
	 *                                      run's
	 */
	public static function secretFor(array $values)
	{
		if (strncmp($values['from'], $values['provider'].'-', strlen($values['provider']) + 1) !== 0) {
			return '';
		}
		foreach (self::commonOf($values['from'], $values['provider']) as $member => $value) {
			if ($values[$member] !== $value) {
				return '';
			}
		}
		return getDolGlobalString('OAUTH_'.$values['from'].'_SECRET');
	}

	/**
	 * Whether another entry of the provider uses the same application.
	 *
	 * @param  string $entry    Name of the entry
	 * @param  string $provider A key of OAuthBridgeAssistant::PROVIDERS
	 * @return bool             True if so
	 */
	private static function isShared($entry, $provider)
	{
		global $conf;

		$client = getDolGlobalString('OAUTH_'.$entry.'_ID');
		foreach (get_object_vars($conf->global) as $name => $value) {
			$isOther = preg_match('/^OAUTH_'.$provider.'-[^_]+_ID$/D', (string) $name) && $name !== 'OAUTH_'.$entry.'_ID';
			if ($isOther && (string) $value === $client) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What a second entry takes over from the first, as Dolibarr has it. The secret goes only where all of it is the same.
	 *
	 * @param  string $entry    Name of the first entry
	 * @param  string $provider A key of OAuthBridgeAssistant::PROVIDERS
	 * @return array<string,string> client_id and, where the provider has them, tenant and url
	 */
	private static function commonOf($entry, $provider)
	{
		$values = array('client_id' => getDolGlobalString('OAUTH_'.$entry.'_ID'));
		foreach (OAuthBridgeAssistant::PROVIDERS[$provider]['fields'] as $field) {
			$values[strtolower($field)] = getDolGlobalString('OAUTH_'.$entry.'_'.$field);
		}
		return $values;
	}
}
