<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgesettings.class.php
 * \ingroup    oauthbridge
 * \brief      The settings of the module: what there is, how it is asked for, checked and kept
 */

require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
require_once __DIR__.'/../client/oauthbridgeaddress.class.php';

/**
 * The settings of one company. Each has a field on the setup page with the same name as its constant.
 */
class OAuthBridgeSettings
{
	/** Name, kind and standard value of each setting, under the heading that it stands under. */
	const ALL = array(
		'OAuthBridgeConnection' => array(
			'OAUTHBRIDGE_ADDRESS' => array('address', ''),
		),
		'OAuthBridgeRenewal' => array(
			'OAUTHBRIDGE_INTERCEPT_REFRESH' => array('yesno', '1'),
			'OAUTHBRIDGE_RENEWAL' => array('renewal', ''),
		),
		'OAuthBridgeLogin' => array(
			'OAUTHBRIDGE_LOGIN_LINK_BY_EMAIL' => array('yesno', '0'),
			'OAUTHBRIDGE_LOGIN_HOSTED_DOMAIN' => array('domains', ''),
			'OAUTHBRIDGE_LOGIN_TENANTS' => array('tenants', ''),
		),
	);

	/** When the bridge renews tokens without being asked for them; empty: as its own configuration says. */
	const RENEWALS = array('', 'proactive', 'on_demand');

	/** @var DoliDB */
	private $db;

	/** @var int */
	private $entity;

	/**
	 * @param DoliDB $db     Database handler
	 * @param int    $entity The company
	 */
	public function __construct($db, $entity)
	{
		$this->db = $db;
		$this->entity = (int) $entity;
	}

	/**
	 * What is set now.
	 *
	 * @return array<string,string> Values by constant
	 */
	public function current()
	{
		global $conf;

		$values = array();
		foreach ($this->kinds() as $name => list($kind, $standard)) {
			$value = isset($conf->global->$name) ? (string) $conf->global->$name : $standard;
			$values[$name] = $kind === 'yesno' ? ((int) $value ? '1' : '0') : $value;
		}
		return $values;
	}

	/**
	 * What an admin typed.
	 *
	 * @return array<string,string> Values by constant
	 */
	public function read()
	{
		$values = array();
		foreach ($this->kinds() as $name => list($kind)) {
			$values[$name] = $kind === 'yesno' ? (GETPOST($name, 'alpha') === '1' ? '1' : '0') : trim(GETPOST($name, 'alphanohtml'));
			if ($kind === 'domains' || $kind === 'tenants') {
				$values[$name] = implode(',', preg_split('/[\s,;]+/', strtolower($values[$name]), -1, PREG_SPLIT_NO_EMPTY));
			}
		}
		return $values;
	}

	/**
	 * What is wrong with values.
	 *
	 * @param  array<string,string> $values Values by constant
	 * @return string[]                     Texts without markup; empty if all is well
	 */
	public function findErrors(array $values)
	{
		global $langs;

		$errors = array();
		foreach ($this->kinds() as $name => list($kind)) {
			if (!$this->isGood($kind, $values[$name])) {
				$errors[] = $langs->transnoentitiesnoconv('OAuthBridgeBad_'.$kind, $values[$name]);
			}
		}
		return $errors;
	}

	/**
	 * Keeps values.
	 *
	 * @param  array<string,string> $values Values by constant
	 * @return bool                         Whether it worked
	 */
	public function save(array $values)
	{
		$isGood = true;
		$this->db->begin();
		foreach (array_keys($this->kinds()) as $name) {
			$isGood = $isGood && dolibarr_set_const($this->db, $name, $values[$name], 'chaine', 0, '', $this->entity) > 0;
		}
		if (!$isGood) {
			$this->db->rollback();
			return false;
		}
		return $this->db->commit() > 0;
	}

	/**
	 * The fields.
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
				$html .= '<td>'.$this->renderField($name, $kind, $values[$name]).'<div class="opacitymedium small">'.$langs->trans($name.'_Help').'</div></td></tr>';
			}
			$html .= '</table>';
		}
		return $html;
	}

	/**
	 * A field.
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
		if ($kind === 'renewal') {
			$html = '<select class="flat minwidth200" id="'.$name.'" name="'.$name.'">';
			foreach (self::RENEWALS as $renewal) {
				$html .= '<option value="'.$renewal.'"'.($renewal === $value ? ' selected' : '').'>'.$langs->trans('OAuthBridgeRenewal_'.($renewal === '' ? 'own' : $renewal)).'</option>';
			}
			return $html.'</select>';
		}
		$placeholder = array('address' => OAuthBridgeAddress::STANDARD, 'domains' => 'example.com', 'tenants' => '11111111-2222-3333-4444-555555555555');
		return '<input type="text" class="flat quatrevingtpercent" id="'.$name.'" name="'.$name.'" spellcheck="false" autocomplete="off" placeholder="'.$placeholder[$kind].'" value="'.dol_escape_htmltag($value).'">';
	}

	/**
	 * Whether a value will do.
	 *
	 * @param  string $kind  Kind of the setting
	 * @param  string $value Value
	 * @return bool          True if so
	 */
	private function isGood($kind, $value)
	{
		switch ($kind) {
			case 'address':
				try {
					OAuthBridgeAddress::parse($value);
					return true;
				} catch (InvalidArgumentException $e) {
					return false;
				}
			case 'renewal':
				return in_array($value, self::RENEWALS, true);
			case 'domains':
				return preg_match('/^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(,|$))*$/D', $value) === 1;
			case 'tenants':
				return preg_match('/^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(,|$))*$/D', $value) === 1; // what tokens name a tenant by
			default:
				return true;
		}
	}

	/**
	 * Every setting with its kind and standard value.
	 *
	 * @return array<string,array{0:string,1:string}> By constant
	 */
	private function kinds()
	{
		return array_merge(...array_values(self::ALL));
	}
}
