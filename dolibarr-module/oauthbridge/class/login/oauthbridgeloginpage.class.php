<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgeloginpage.class.php
 * \ingroup    oauthbridge
 * \brief      The buttons on Dolibarr's login page
 */

require_once __DIR__.'/../../lib/oauthbridge.lib.php';
require_once __DIR__.'/../../lib/oauthbridgelogin.lib.php';

/**
 * One button for each entry labelled Login. They belong to a form of their own, so that Enter in the password field still submits
 * Dolibarr's form; a script moves them into Dolibarr's box.
 */
class OAuthBridgeLoginPage
{
	/** Fields in which Dolibarr's login form tells the browser's time zone and screen. */
	const BROWSER_FIELDS = array('tz', 'tz_string', 'dst_observed', 'dst_first', 'dst_second', 'screenwidth', 'screenheight');

	/**
	 * The buttons.
	 *
	 * @return string HTML; empty where the sign-in is switched off or no entry serves it
	 */
	public static function render()
	{
		global $langs;

		$entries = oauthbridgeLoginIsOn() ? oauthbridgeLoginEntries() : array();
		if (!$entries) {
			return '';
		}
		$langs->load('oauthbridgelogin@oauthbridge');
		$wanted = $_SERVER['PHP_SELF'].(empty($_SERVER['QUERY_STRING']) ? '' : '?'.$_SERVER['QUERY_STRING']);
		$fields = array('oauthbridge_backto' => $wanted);
		$form = oauthbridgeOpenForm(dol_buildpath('/oauthbridge/login.php', 1), $fields);
		$html = str_replace('<form ', '<form id="oauthbridge-login-form" ', $form).'</form>';
		$html .= '<div id="oauthbridge-login" class="center" style="margin: 12px auto; max-width: 20em">';
		$html .= '<div style="display: flex; gap: 0.8em; align-items: center; opacity: 0.7"><hr style="flex: 1">';
		$html .= $langs->trans('OAuthBridgeLoginOr').'<hr style="flex: 1"></div>';
		foreach ($entries as $entry => $provider) {
			$html .= '<button type="submit" form="oauthbridge-login-form" class="button loginbuttonexternal" name="entry"';
			$html .= ' style="margin: 8px 0 0; width: 100%; text-transform: none; white-space: normal"';
			$html .= ' value="'.dol_escape_htmltag($entry).'">'.oauthbridgeIcon(strtok($entry, '-'));
			$html .= dol_escape_htmltag($langs->transnoentitiesnoconv('OAuthBridgeLoginWith', $provider)).'</button>';
		}
		return $html.'</div>'.self::renderScript();
	}

	/**
	 * The script that puts the buttons into Dolibarr's box and copies BROWSER_FIELDS from Dolibarr's form, whose own script fills them in.
	 *
	 * @return string HTML
	 */
	private static function renderScript()
	{
		$script = 'var box = document.getElementById("login_line2");';
		$script .= ' if (box) { box.appendChild(document.getElementById("oauthbridge-login")); }';
		$script .= ' document.getElementById("oauthbridge-login-form").addEventListener("submit", function () {';
		$script .= ' var from = document.getElementById("login"), to = this;';
		$script .= ' '.json_encode(self::BROWSER_FIELDS).'.forEach(function (name) {';
		$script .= ' var field = from && from.elements[name];';
		$script .= ' if (field) {';
		$script .= ' var copy = document.createElement("input");';
		$script .= ' copy.type = "hidden"; copy.name = name; copy.value = field.value;';
		$script .= ' to.appendChild(copy);';
		$script .= ' } }); });';
		$script = '(function () { '.$script.' }());';
		return '<script nonce="'.(function_exists('getNonce') ? getNonce() : '').'">'.$script.'</script>';
	}
}
