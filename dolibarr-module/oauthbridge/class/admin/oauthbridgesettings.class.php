<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgesettings.class.php
 * \ingroup    oauthbridge
 * \brief      The settings of the module: definition, form, validation, storage
 */

require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
require_once __DIR__.'/../client/oauthbridgeaddress.class.php';

/**
 * The settings of one entity. The form field of a setting has the name of its constant.
 */
class OAuthBridgeSettings
{
	/** Heading => (constant => (kind, default value)). The kind decides the form field and the validation. */
	const ALL = array(
		'OAuthBridgeConnection' => array(
			'OAUTHBRIDGE_ADDRESS' => array('address', ''),
		),
		'OAuthBridgeRenewal' => array(
			'OAUTHBRIDGE_INTERCEPT_REFRESH' => array('yesno', '1'),
			'OAUTHBRIDGE_RENEWAL' => array('renewal', ''),
		),
		'OAuthBridgeNotices' => array(
			'OAUTHBRIDGE_NOTICE_TO' => array('emails', ''),
			'OAUTHBRIDGE_NOTICE_ROUTE' => array('route', ''),
			'OAUTHBRIDGE_NOTICE_SMTP_HOST' => array('host', ''),
			'OAUTHBRIDGE_NOTICE_SMTP_PORT' => array('port', ''),
			'OAUTHBRIDGE_NOTICE_SMTP_SECURITY' => array('security', 'tls'),
			'OAUTHBRIDGE_NOTICE_SMTP_USER' => array('text', ''),
			'OAUTHBRIDGE_NOTICE_SMTP_PASSWORD' => array('password', ''),
		),
		'OAuthBridgeLogin' => array(
			'OAUTHBRIDGE_LOGIN_LINK_BY_EMAIL' => array('yesno', '0'),
			'OAUTHBRIDGE_LOGIN_HOSTED_DOMAIN' => array('domains', ''),
			'OAUTHBRIDGE_LOGIN_TENANTS' => array('tenants', ''),
		),
	);

	/** Kinds with a choice: prefix of the labels' keys, and the values; an empty value is labelled "own". */
	const CHOICES = array(
		'renewal' => array('OAuthBridgeRenewal_', array('', 'proactive', 'on_demand')),
		'route' => array('OAuthBridgeRoute_', array('', 'smtp', 'php', 'none')),
		'security' => array('OAuthBridgeSecurity_', array('tls', 'starttls', 'none')),
	);

	/** Examples in empty text fields, by kind. */
	const PLACEHOLDERS = array(
		'address' => OAuthBridgeAddress::DEFAULT_ADDRESS,
		'domains' => 'example.com',
		'emails' => 'admin@example.com',
		'host' => 'smtp.example.com',
		'port' => '465',
		'tenants' => '11111111-2222-3333-4444-555555555555',
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
	 * The stored values.
	 *
	 * @return array<string,string> By constant; the default where nothing is stored; yes/no as 1 and 0
	 */
	public function current()
	{
		global $conf;

		$values = array();
		foreach ($this->kinds() as $name => list($kind, $default)) {
			$value = isset($conf->global->$name) ? (string) $conf->global->$name : $default;
			$values[$name] = $kind === 'yesno' ? ((int) $value ? '1' : '0') : $value;
		}
		return $values;
	}

	/**
	 * The values of the submitted form, trimmed; lists in lower case and separated by commas. They are not validated yet.
	 *
	 * @return array<string,string> By constant
	 */
	public function read()
	{
		$values = array();
		foreach ($this->kinds() as $name => list($kind)) {
			if ($kind === 'yesno') {
				$values[$name] = GETPOST($name, 'alpha') === '1' ? '1' : '0';
				continue;
			}
			$values[$name] = trim(GETPOST($name, $kind === 'password' ? 'none' : 'alphanohtml'));
			if (in_array($kind, array('domains', 'tenants', 'emails'), true)) {
				$values[$name] = implode(',', preg_split('/[\s,;]+/', strtolower($values[$name]), -1, PREG_SPLIT_NO_EMPTY));
			}
		}
		return $values;
	}

	/**
	 * Validates values.
	 *
	 * @param  array<string,string> $values Values by constant
	 * @return string[]                     Errors in the user's language, without markup; empty if the values are valid
	 */
	public function findErrors(array $values)
	{
		global $langs;

		$errors = array();
		foreach ($this->kinds() as $name => list($kind)) {
			if (!$this->isValid($kind, $values[$name])) {
				$errors[] = $langs->transnoentitiesnoconv('OAuthBridgeBad_'.$kind, $values[$name]);
			}
		}
		return $errors;
	}

	/**
	 * Stores values, all or none.
	 *
	 * @param  array<string,string> $values Valid values by constant
	 * @return bool                         Whether it worked; if not, lasterror() of the database says why
	 */
	public function save(array $values)
	{
		$isGood = true;
		$this->db->begin();
		foreach ($this->kinds() as $name => list($kind)) {
			if ($kind === 'password' && $values[$name] === '') {
				continue; // the form does not show it, so nothing typed means nothing changed
			}
			$isGood = $isGood && dolibarr_set_const($this->db, $name, $values[$name], 'chaine', 0, '', $this->entity) > 0;
		}
		if (!$isGood) {
			$this->db->rollback();
			return false;
		}
		return $this->db->commit() > 0;
	}

	/**
	 * The form fields.
	 *
	 * @param  array<string,string> $values Values by constant
	 * @return string                       HTML
	 */
	public function render(array $values)
	{
		global $langs;

		$html = '';
		foreach (self::ALL as $heading => $settings) {
			$html .= load_fiche_titre($langs->trans($heading), '', '').'<table class="noborder centpercent oauthbridge-settings">';
			foreach ($settings as $name => list($kind)) {
				$html .= '<tr class="oddeven"><td class="titlefieldmiddle"><label for="'.$name.'">'.$langs->trans($name).'</label></td>';
				$html .= '<td>'.$this->renderField($name, $kind, $values[$name]);
				$html .= '<div class="opacitymedium small">'.$langs->trans($name.'_Help').'</div></td></tr>';
			}
			$html .= '</table>';
		}
		return $html;
	}

	/**
	 * A form field.
	 *
	 * @param  string $name  Its constant
	 * @param  string $kind  Its kind
	 * @param  string $value Its value
	 * @return string        HTML
	 */
	private function renderField($name, $kind, $value)
	{
		global $langs;

		if ($kind === 'yesno') {
			return '<input type="checkbox" id="'.$name.'" name="'.$name.'" value="1"'.($value === '1' ? ' checked' : '').'>';
		}
		if (isset(self::CHOICES[$kind])) {
			list($prefix, $choices) = self::CHOICES[$kind];
			$html = '<select class="flat minwidth200" id="'.$name.'" name="'.$name.'">';
			foreach ($choices as $choice) {
				$label = $langs->trans($prefix.($choice === '' ? 'own' : $choice));
				$html .= '<option value="'.$choice.'"'.($choice === $value ? ' selected' : '').'>'.$label.'</option>';
			}
			return $html.'</select>';
		}
		if ($kind === 'password') {
			$isSet = $value !== '' ? $langs->transnoentitiesnoconv('OAuthBridgeUnchanged') : '';
			return '<input type="password" class="flat minwidth200" id="'.$name.'" name="'.$name.'" autocomplete="new-password"'
				.' placeholder="'.dol_escape_htmltag($isSet).'">';
		}
		$example = isset(self::PLACEHOLDERS[$kind]) ? $langs->transnoentitiesnoconv('OAuthBridgeExample', self::PLACEHOLDERS[$kind]) : '';
		return '<input type="text" class="flat quatrevingtpercent" id="'.$name.'" name="'.$name.'" spellcheck="false" autocomplete="off"'
			.' placeholder="'.dol_escape_htmltag($example).'" value="'.dol_escape_htmltag($value).'">';
	}

	/**
	 * Whether a value is valid.
	 *
	 * @param  string $kind  Kind of the setting
	 * @param  string $value Value
	 * @return bool          True if so
	 */
	private function isValid($kind, $value)
	{
		switch ($kind) {
			case 'address':
				try {
					OAuthBridgeAddress::parse($value);
					return true;
				} catch (InvalidArgumentException $e) {
					return false;
				}
			case 'emails':
				return array_filter(explode(',', $value), static function ($address) {
					return $address !== '' && filter_var($address, FILTER_VALIDATE_EMAIL) === false;
				}) === array();
			case 'host':
				return preg_match('/^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])?$/D', $value) === 1;
			case 'port':
				return $value === '' || (preg_match('/^\d{1,5}$/D', $value) === 1 && (int) $value >= 1 && (int) $value <= 65535);
			case 'renewal':
			case 'route':
			case 'security':
				return in_array($value, self::CHOICES[$kind][1], true);
			case 'domains':
				return preg_match('/^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(,|$))*$/D', $value) === 1;
			case 'tenants':
				// Directory IDs only: the tid claim of a token never holds a domain.
				return preg_match('/^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(,|$))*$/D', $value) === 1;
			default:
				return true;
		}
	}

	/**
	 * Every setting with its kind and default value.
	 *
	 * @return array<string,array{0:string,1:string}> By constant
	 */
	private function kinds()
	{
		return array_merge(...array_values(self::ALL));
	}
}
