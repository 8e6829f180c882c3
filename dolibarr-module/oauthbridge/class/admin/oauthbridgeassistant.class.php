<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistant.class.php
 * \ingroup    oauthbridge
 * \brief      What the assistant "Connect an account" knows and writes
 */

require_once __DIR__.'/oauthbridgepresets.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * The assistant: from the choice of a provider to an entry in Dolibarr's constants and mail settings that use it. What was entered stays
 * in the PHP session, except the client secret.
 */
class OAuthBridgeAssistant
{
	/** Session variable. */
	const SESSION = 'oauthbridge_assistant';

	/** The steps, in their order. */
	const STEPS = array('choose', 'application', 'connect', 'try', 'use');

	/** What an entry can be for. */
	const PURPOSES = array('send', 'collect', 'both', 'login', 'api');

	/** Longest name of a service: the width of llx_oauth_token.service, in characters. */
	const MAX_SERVICE = 36;

	/** The address of a server: https, or http on this machine. */
	const SERVER = '~^(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$~D';

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

	/** @var DoliDB */
	private $db;

	/** @var int */
	private $entity;

	/**
	 * @param DoliDB $db     Database handler
	 * @param int    $entity The entity
	 */
	public function __construct($db, $entity)
	{
		$this->db = $db;
		$this->entity = (int) $entity;
	}

	/**
	 * What was entered so far.
	 *
	 * @return array<string,string> purpose, provider, preset, label, entry, client_id, tenant, url, scopes
	 */
	public static function state()
	{
		$empty = array_fill_keys(array('purpose', 'provider', 'preset', 'label', 'entry', 'client_id', 'tenant', 'url', 'scopes'), '');
		return (isset($_SESSION[self::SESSION]) && is_array($_SESSION[self::SESSION]) ? $_SESSION[self::SESSION] : array()) + $empty;
	}

	/**
	 * Keeps what was entered.
	 *
	 * @param  array<string,string> $values Members of state()
	 * @return void
	 */
	public static function remember(array $values)
	{
		$_SESSION[self::SESSION] = $values + self::state();
	}

	/**
	 * Where the browser goes after a consent that the assistant began.
	 *
	 * @return string Address of the assistant; empty where it began none
	 */
	public static function afterConsent()
	{
		$isAwaited = !empty($_SESSION[self::SESSION]['awaits']);
		unset($_SESSION[self::SESSION]['awaits']);
		return $isAwaited ? self::url('connect') : '';
	}

	/**
	 * The address of a step.
	 *
	 * @param  string               $step  One of STEPS
	 * @param  array<string,string> $query Further parameters
	 * @return string                      Path on this server
	 */
	public static function url($step, array $query = array())
	{
		return dol_buildpath('/oauthbridge/admin/connect.php', 1).'?'.http_build_query(array('step' => $step) + $query, '', '&');
	}

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
		$hasMail = isset(oauthbridgeServices()['OAUTH_'.$provider.'_NAME']);
		return $hasMail ? $purposes : array_values(array_diff($purposes, array('send', 'collect', 'both')));
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
	 * What is wrong with the data of an application.
	 *
	 * @param  array<string,string> $values provider, label, client_id, tenant, url, scopes
	 * @param  string               $secret The client secret
	 * @return string[]                     Keys of texts OAuthBridgeWrong_...; empty if all is well
	 */
	public static function findErrors(
		array $values,
		#[\SensitiveParameter]
		$secret
	) {
		$provider = $values['provider'];
		$fields = self::PROVIDERS[$provider]['fields'];
		$checks = array(
			'label' => preg_match('/^[A-Za-z0-9]+$/D', $values['label']) && strlen($provider.'-'.$values['label']) <= self::MAX_SERVICE,
			'id_'.strtolower($provider) => preg_match('~^'.self::PROVIDERS[$provider]['id'].'$~D', $values['client_id']),
			'secret' => preg_match('/^\S+$/D', $secret),
			'secret_id' => !self::hasSecretIds($provider) || !preg_match('/^'.self::GUID.'$/D', $secret),
			'tenant' => !in_array('TENANT', $fields, true)
				|| preg_match('/^('.self::GUID.'|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+|common|organizations|consumers)$/D', $values['tenant']),
			'url' => !in_array('URL', $fields, true) || preg_match(self::SERVER, $values['url']),
			'scopes' => preg_match('/^[\x21-\x7e]+$/D', $values['scopes']),
		);
		return array_keys(array_filter($checks, static function ($isGood) {
			return !$isGood;
		}));
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

	/**
	 * Whether Dolibarr has an entry of this name.
	 *
	 * @param  string $entry Name of the entry
	 * @return bool          True if so
	 */
	public static function exists($entry)
	{
		return getDolGlobalString('OAUTH_'.$entry.'_ID') !== '';
	}

	/**
	 * Writes the entry as Dolibarr's own page does (admin/oauth.php): the same constants, the secret encrypted by dolibarr_set_const.
	 *
	 * @param  array<string,string> $values entry, client_id, tenant, url, scopes, provider
	 * @param  string               $secret The client secret
	 * @return bool                         Whether it was written
	 */
	public function writeEntry(
		array $values,
		#[\SensitiveParameter]
		$secret
	) {
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$constants = array('ID' => $values['client_id'], 'SECRET' => $secret, 'SCOPE' => $values['scopes']);
		foreach (self::PROVIDERS[$values['provider']]['fields'] as $field) {
			$constants[$field] = $values[strtolower($field)];
		}
		$isWritten = true;
		foreach ($constants as $name => $value) {
			$constant = 'OAUTH_'.$values['entry'].'_'.$name;
			$isWritten = dolibarr_set_const($this->db, $constant, $value, 'chaine', 0, '', $this->entity) > 0 && $isWritten;
		}
		return $isWritten;
	}
}
