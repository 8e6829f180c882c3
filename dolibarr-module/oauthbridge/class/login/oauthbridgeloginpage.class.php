<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgeloginpage.class.php
 * \ingroup    oauthbridge
 * \brief      The buttons on Dolibarr's login page
 */

require_once __DIR__.'/../../lib/oauthbridgelogin.lib.php';

/**
 * One button for each entry labelled Login. They are a form of their own, so that Enter in the password field stays what it was.
 */
class OAuthBridgeLoginPage
{
	/**
	 * The buttons.
	 *
	 * @return string HTML; nothing where nobody can sign in so
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
		$html = '<form id="oauthbridge-login" method="POST" action="'.dol_escape_htmltag(dol_buildpath('/oauthbridge/login.php', 1)).'" class="center" style="margin-top: 20px; margin-bottom: 10px">';
		$html .= '<input type="hidden" name="token" value="'.newToken().'">';
		$html .= '<input type="hidden" name="oauthbridge_backto" value="'.dol_escape_htmltag($wanted).'">';
		foreach ($entries as $entry => $provider) {
			$html .= '<div style="margin-top: 8px"><button type="submit" class="button loginbuttonexternal" name="entry" value="'.dol_escape_htmltag($entry).'">';
			$html .= dol_escape_htmltag($langs->transnoentitiesnoconv('OAuthBridgeLoginWith', $provider)).'</button></div>';
		}
		$html .= '</form>';

		// Dolibarr's script fills in its own form only; time zone and screen are of use here too.
		$html .= '<script nonce="'.(function_exists('getNonce') ? getNonce() : '').'">document.getElementById("oauthbridge-login").addEventListener("submit", function () {';
		$html .= 'var from = document.getElementById("login"), to = this; ["tz", "tz_string", "dst_observed", "dst_first", "dst_second", "screenwidth", "screenheight"].forEach(function (name) {';
		$html .= 'var field = from && from.elements[name]; if (field) { var copy = document.createElement("input"); copy.type = "hidden"; copy.name = name; copy.value = field.value; to.appendChild(copy); } }); });</script>';
		return $html;
	}
}
