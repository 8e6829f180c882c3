<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistant.class.php
 * \ingroup    oauthbridge
 * \brief      What the assistant "Connect an account" knows and writes
 */

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
	const PURPOSES = array('send', 'collect', 'both', 'login');

	/** Constant that keeps the mail settings from before the assistant changed them: JSON, value by name. */
	const UNDO = 'OAUTHBRIDGE_UNDO_MAIL';

	/** Longest name of a service: the width of llx_oauth_token.service, in characters. */
	const MAX_SERVICE = 36;

	/** The address of a server: https, or http on this machine. */
	const SERVER = '~^(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$~D';

	/** A GUID. */
	const GUID = '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';

	/**
	 * What can be chosen, by the name of the provider in Dolibarr's constants: its name for people, where applications are registered, the
	 * fields beside ID and secret, how many instructions there are (OAuthBridgeHow_PROVIDER_NUMBER), the form of a client ID, and the
	 * scopes by purpose.
	 */
	const PROVIDERS = array(
		'GOOGLE' => array(
			'name' => 'Google',
			'console' => 'https://console.cloud.google.com/apis/credentials',
			'fields' => array(),
			'steps' => 4,
			'id' => '.+\.apps\.googleusercontent\.com',
			'scopes' => array(
				'mail' => 'openid,email,gmail_full', 'login' => 'openid,email,profile', // names of Dolibarr's own page
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
		'GENERIC' => array(
			'name' => 'OpenID / OAuth 2',
			'console' => '',
			'fields' => array('URL'),
			'steps' => 2,
			'id' => '\S+',
			'scopes' => array('mail' => 'openid,email,offline_access', 'login' => 'openid,email,profile'),
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
	 * @return array<string,string> purpose, provider, label, entry, client_id, tenant, url, scopes
	 */
	public static function state()
	{
		$empty = array_fill_keys(array('purpose', 'provider', 'label', 'entry', 'client_id', 'tenant', 'url', 'scopes'), '');
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
	 * @return string           Separated by commas, as Dolibarr stores them
	 */
	public static function scopes($provider, $purpose)
	{
		$scopes = self::PROVIDERS[$provider]['scopes'];
		return $scopes[$purpose] ?? $scopes['mail'];
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
			'secret_id' => $provider !== 'MICROSOFT' || !preg_match('/^'.self::GUID.'$/D', $secret),
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

	/**
	 * The mail settings that will change.
	 *
	 * @param  string              $entry  Name of the entry
	 * @param  array<string,mixed> $server host, port, security (tls, starttls or none), username
	 * @return array<string,array{0:string,1:string}> Value now and then, by constant; only those that differ
	 */
	public static function findMailChanges($entry, array $server)
	{
		$wanted = array(
			'MAIN_MAIL_SENDMODE' => 'smtps',
			'MAIN_MAIL_SMTP_SERVER' => (string) $server['host'],
			'MAIN_MAIL_SMTP_PORT' => (string) $server['port'],
			'MAIN_MAIL_SMTPS_ID' => (string) $server['username'],
			'MAIN_MAIL_SMTPS_AUTH_TYPE' => 'XOAUTH2',
			'MAIN_MAIL_SMTPS_OAUTH_SERVICE' => $entry,
			'MAIN_MAIL_EMAIL_TLS' => $server['security'] === 'tls' ? '1' : '0',
			'MAIN_MAIL_EMAIL_STARTTLS' => $server['security'] === 'starttls' ? '1' : '0',
		);
		$changes = array();
		foreach ($wanted as $name => $value) {
			$now = getDolGlobalString($name);
			if ($now !== $value && !($now === '' && $value === '0')) {
				$changes[$name] = array($now, $value);
			}
		}
		return $changes;
	}

	/**
	 * Changes Dolibarr's mail settings; the values from before are kept for undoMail().
	 *
	 * @param  array<string,array{0:string,1:string}> $changes As findMailChanges() gave them
	 * @return void
	 */
	public function changeMail(array $changes)
	{
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$before = json_encode(array_map(static function ($change) {
			return $change[0];
		}, $changes));
		dolibarr_set_const($this->db, self::UNDO, $before, 'chaine', 0, '', $this->entity);
		foreach ($changes as $name => list(, $value)) {
			dolibarr_set_const($this->db, $name, $value, 'chaine', 0, '', $this->entity);
		}
	}

	/**
	 * Puts the mail settings back that changeMail() changed.
	 *
	 * @return bool Whether there was something to put back
	 */
	public function undoMail()
	{
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$before = json_decode(getDolGlobalString(self::UNDO), true);
		if (!is_array($before)) {
			return false;
		}
		foreach ($before as $name => $value) {
			if (strncmp((string) $name, 'MAIN_MAIL_', 10) === 0 && is_string($value)) {
				dolibarr_set_const($this->db, $name, $value, 'chaine', 0, '', $this->entity);
			}
		}
		dolibarr_del_const($this->db, self::UNDO, $this->entity);
		return true;
	}
}
