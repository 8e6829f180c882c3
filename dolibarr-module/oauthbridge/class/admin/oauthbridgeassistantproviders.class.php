<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistantproviders.class.php
 * \ingroup    oauthbridge
 * \brief      What the assistant knows about providers
 */

require_once __DIR__.'/oauthbridgepresets.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * The providers that the assistant offers, and what each can be chosen for.
 */
abstract class OAuthBridgeAssistantProviders
{
	/** What an entry can be for. */
	const PURPOSES = array('send', 'collect', 'both', 'login', 'api');

	/** A GUID. */
	const GUID = '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';

	/**
	 * What can be chosen, by the name of the provider in Dolibarr's constants: its name for people, where applications are registered, the
	 * fields beside ID and secret, how many instructions there are (OAuthBridgeHow_PROVIDER_NUMBER), the form of a client ID, and the
	 * scopes by purpose: what it has no scopes for, it cannot be chosen for.
	 */
	const PROVIDERS = array(
		'GOOGLE' => array(
			'name' => 'Google',
			'console' => 'https://console.cloud.google.com/apis/credentials',
			'fields' => array(),
			'steps' => 4,
			'id' => '.+\.apps\.googleusercontent\.com',
			'scopes' => array(
				'send' => 'openid,email,gmail_full', // names of Dolibarr's own page
				'collect' => 'openid,email,gmail_full',
				'both' => 'openid,email,gmail_full',
				'login' => 'openid,email,profile',
			),
		),
		'MICROSOFT' => array(
			'name' => 'Microsoft 365',
			'console' => 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
			'fields' => array('TENANT'),
			'steps' => 4,
			'id' => self::GUID,
			'scopes' => array(
				'send' => 'openid,offline_access,email,https://outlook.office365.com/SMTP.Send',
				'collect' => 'openid,offline_access,email,https://outlook.office365.com/IMAP.AccessAsUser.All',
				'both' => 'openid,offline_access,email,https://outlook.office365.com/SMTP.Send,'
					.'https://outlook.office365.com/IMAP.AccessAsUser.All',
				'login' => 'openid,email,profile',
			),
		),
		'MICROSOFTAPP' => array(
			'name' => 'Microsoft 365, app-only',
			'console' => 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
			'fields' => array('TENANT'),
			'steps' => 4,
			'id' => self::GUID,
			'scopes' => array(
				'send' => 'https://outlook.office365.com/.default',
				'collect' => 'https://outlook.office365.com/.default',
				'both' => 'https://outlook.office365.com/.default',
			),
		),
		'GITHUB' => array(
			'name' => 'GitHub',
			'console' => 'https://github.com/settings/developers',
			'fields' => array(),
			'steps' => 3,
			'id' => '[A-Za-z0-9.]+',
			'scopes' => array('api' => 'user,public_repo'),
		),
		'GENERIC' => array(
			'name' => 'OpenID / OAuth 2',
			'console' => '',
			'fields' => array('URL'),
			'steps' => 2,
			'id' => '\S+',
			'scopes' => array(
				'send' => 'openid,email,offline_access',
				'collect' => 'openid,email,offline_access',
				'both' => 'openid,email,offline_access',
				'login' => 'openid,email,profile',
				'api' => 'openid,email,offline_access',
			),
		),
	);

	/**
	 * The scopes that follow from a choice.
	 *
	 * @param  string $provider A key of PROVIDERS
	 * @param  string $purpose  One of PURPOSES
	 * @param  string $preset   A key of OAuthBridgePresets::ALL; empty for none
	 * @return string|null      Separated by commas, as Dolibarr stores them; empty where a person has to look them up; null where the
	 *                          provider cannot do it
	 */
	public static function scopes($provider, $purpose, $preset = '')
	{
		if (!in_array($purpose, self::purposesOf($provider), true)) {
			return null;
		}
		$scopes = $preset === '' ? self::PROVIDERS[$provider]['scopes'] : OAuthBridgePresets::ALL[$preset]['scopes'];
		return $scopes[$purpose] ?? null;
	}

	/**
	 * What a provider can be chosen for in this Dolibarr.
	 *
	 * @param  string $provider A key of PROVIDERS
	 * @return string[]         Of PURPOSES; empty where it can be chosen for nothing
	 */
	public static function purposesOf($provider)
	{
		$purposes = array_keys(self::PROVIDERS[$provider]['scopes']);
		return oauthbridgeMailFinds($provider) ? $purposes : array_values(array_diff($purposes, array('send', 'collect', 'both')));
	}

	/**
	 * The providers that can be chosen for something in this Dolibarr.
	 *
	 * @return array<string,array<string,mixed>> Of PROVIDERS
	 */
	public static function offered()
	{
		return array_filter(self::PROVIDERS, array(self::class, 'purposesOf'), ARRAY_FILTER_USE_KEY);
	}

	/**
	 * Whether a provider's secrets have IDs that people take for the secret.
	 *
	 * @param  string $provider A key of PROVIDERS
	 * @return bool             True if so: its client IDs are GUIDs, and so are the IDs of secrets
	 */
	public static function hasSecretIds($provider)
	{
		return self::PROVIDERS[$provider]['id'] === self::GUID;
	}
}
