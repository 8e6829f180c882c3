<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistant.class.php
 * \ingroup    oauthbridge
 * \brief      What the assistant "Connect an account" knows and writes
 */

require_once __DIR__.'/oauthbridgeassistantproviders.class.php';

/**
 * The assistant: from the choice of a provider to an entry in Dolibarr's constants and mail settings that use it. What was entered stays
 * in the PHP session, except the client secret.
 */
class OAuthBridgeAssistant extends OAuthBridgeAssistantProviders
{
	/** Session variable. */
	const SESSION = 'oauthbridge_assistant';

	/** The steps, in their order. */
	const STEPS = array('choose', 'application', 'connect', 'try', 'use');

	/** Steps that a purpose does not have: a sign-in needs no stored token, and a program's mail servers are its own affair. */
	const SKIPPED = array('login' => array('connect', 'try'), 'api' => array('try'));

	/** Longest name of a service: the width of llx_oauth_token.service, in characters. */
	const MAX_SERVICE = 36;

	/** The address of a server: https, or http on this machine. */
	const SERVER = '~^(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$~D';

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
	 * @return array<string,string> purpose, provider, preset, label, entry, client_id, tenant, url, scopes; from: the entry whose
	 *                              application is used for this one as well
	 */
	public static function state()
	{
		$names = array('purpose', 'provider', 'preset', 'label', 'entry', 'client_id', 'tenant', 'url', 'scopes', 'from');
		$empty = array_fill_keys($names, '');
		return (isset($_SESSION[self::SESSION]) && is_array($_SESSION[self::SESSION]) ? $_SESSION[self::SESSION] : array()) + $empty;
	}

	/**
	 * The steps for a purpose.
	 *
	 * @param  string   $purpose One of PURPOSES; empty where none is chosen yet
	 * @return string[]          Of STEPS, in their order
	 */
	public static function stepsFor($purpose)
	{
		return array_values(array_diff(self::STEPS, self::SKIPPED[$purpose] ?? array()));
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
	 * Begins with a purpose and a provider: proposes a label that is free, and scopes.
	 *
	 * @param  string $purpose  One of PURPOSES
	 * @param  string $provider A key of PROVIDERS
	 * @param  string $preset   A key of OAuthBridgePresets::ALL; empty for none
	 * @return void
	 */
	public static function propose($purpose, $provider, $preset)
	{
		$word = array('login' => 'Login', 'api' => 'Api')[$purpose] ?? 'Mail';
		$label = $word;
		for ($number = 2; $purpose !== 'login' && self::exists($provider.'-'.$label); $number++) {
			$label = $word.$number;
		}
		$stored = self::find($provider.'-'.$label);
		self::remember(array(
			'purpose' => $purpose,
			'provider' => $provider,
			'preset' => $preset,
			'label' => $label,
			'entry' => $stored === '' ? $provider.'-'.$label : $stored,
			'scopes' => (string) self::scopes($provider, $purpose, $preset),
			'from' => '',
		));
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
	 * The entry of a name, in upper or lower case: MariaDB and MySQL take both for the same constant, and the bridge for the same token.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        Its name as Dolibarr has it; empty where there is none
	 */
	public static function find($entry)
	{
		global $conf;

		$wanted = 'OAUTH_'.$entry.'_ID';
		if (getDolGlobalString($wanted) !== '') {
			return $entry;
		}
		foreach (get_object_vars($conf->global) as $name => $value) {
			if (strcasecmp((string) $name, $wanted) === 0 && (string) $value !== '') {
				return substr($name, strlen('OAUTH_'), -strlen('_ID'));
			}
		}
		return '';
	}

	/**
	 * Whether Dolibarr has an entry of this name, in upper or lower case.
	 *
	 * @param  string $entry Name of the entry
	 * @return bool          True if so
	 */
	public static function exists($entry)
	{
		return self::find($entry) !== '';
	}

	/**
	 * Whether Dolibarr's own page has only begun an entry: it has no secret, and words in place of the client ID. Where a secret is typed,
	 * it is completed rather than used as it is.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $secret The client secret that was typed
	 * @return bool           True if so
	 */
	public static function isBegun(
		$entry,
		#[\SensitiveParameter]
		$secret
	) {
		return $secret !== '' && getDolGlobalString('OAUTH_'.$entry.'_SECRET') === '';
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
