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
 * One button for each entry labelled Login. They are a form of their own, so that Enter in the password field still submits
 * Dolibarr's form.
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
		$html = '<div id="oauthbridge-login" class="center" style="margin-top: 20px; margin-bottom: 10px">';
		$html .= oauthbridgeOpenForm(dol_buildpath('/oauthbridge/login.php', 1), array('oauthbridge_backto' => $wanted));
		foreach ($entries as $entry => $provider) {
			$html .= '<div style="margin-top: 8px">';
			$html .= '<button type="submit" class="button loginbuttonexternal" name="entry" value="'.dol_escape_htmltag($entry).'">';
			$html .= dol_escape_htmltag($langs->transnoentitiesnoconv('OAuthBridgeLoginWith', $provider)).'</button></div>';
		}
		return $html.'</form></div>'.self::renderScript();
	}

	/**
	 * The script that copies BROWSER_FIELDS from Dolibarr's login form, whose own script fills them in.
	 *
	 * @return string HTML
	 */
	private static function renderScript()
	{
		$script = 'document.querySelector("#oauthbridge-login form").addEventListener("submit", function () {';
		$script .= ' var from = document.getElementById("login"), to = this;';
		$script .= ' '.json_encode(self::BROWSER_FIELDS).'.forEach(function (name) {';
		$script .= ' var field = from && from.elements[name];';
		$script .= ' if (field) {';
		$script .= ' var copy = document.createElement("input");';
		$script .= ' copy.type = "hidden"; copy.name = name; copy.value = field.value;';
		$script .= ' to.appendChild(copy);';
		$script .= ' } }); });';
		return '<script nonce="'.(function_exists('getNonce') ? getNonce() : '').'">'.$script.'</script>';
	}
}
