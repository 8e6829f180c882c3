<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       lib/oauthbridge.lib.php
 * \ingroup    oauthbridge
 * \brief      Functions that the module's pages share
 */

/**
 * The tabs of the module's setup page.
 *
 * @return array<int,array<int,string>> Tabs as dol_get_fiche_head takes them
 */
function oauthbridgeAdminPrepareHead()
{
	global $conf, $langs;

	$langs->load('oauthbridge@oauthbridge');
	$head = array(
		array(dol_buildpath('/oauthbridge/admin/setup.php', 1), $langs->trans('Settings'), 'settings'),
	);
	$h = count($head);
	complete_head_from_modules($conf, $langs, null, $head, $h, 'oauthbridge@oauthbridge');
	complete_head_from_modules($conf, $langs, null, $head, $h, 'oauthbridge@oauthbridge', 'remove');
	return $head;
}

/**
 * The address of the status page.
 *
 * @param  string               $entry Name of the entry to scroll to; empty for the top of the page
 * @param  array<string,string> $query Parameters
 * @return string                      Path on this server, never another site; escape it before it goes into HTML
 */
function oauthbridgeEntriesUrl($entry = '', array $query = array())
{
	return dol_buildpath('/oauthbridge/admin/entries.php', 1)
		.($query ? '?'.http_build_query($query, '', '&') : '')
		.($entry !== '' ? '#'.oauthbridgeAnchor($entry) : '');
}

/**
 * The id of an entry's card in the page.
 *
 * @param  string $entry Name of the entry
 * @return string        Letters, digits and hyphens
 */
function oauthbridgeAnchor($entry)
{
	return 'oauthbridge-'.preg_replace('/[^A-Za-z0-9]+/', '-', $entry);
}

/**
 * The start of a form that is sent by POST with Dolibarr's anti-CSRF token.
 *
 * @param  string               $url    Address that the form is sent to, not escaped
 * @param  array<string,string> $fields Hidden fields by name, not escaped
 * @param  string               $class  CSS class
 * @return string                       HTML
 */
function oauthbridgeOpenForm($url, array $fields, $class = '')
{
	$html = '<form method="POST" action="'.dol_escape_htmltag($url).'"'.($class === '' ? '' : ' class="'.$class.'"').'>';
	foreach (array('token' => newToken()) + $fields as $name => $value) {
		$html .= '<input type="hidden" name="'.$name.'" value="'.dol_escape_htmltag($value).'">';
	}
	return $html;
}

/**
 * Describes a problem in the user's language: what its code means, then the bridge's own words.
 *
 * @param  OAuthBridgeException $problem The problem
 * @return string[]                      One or two texts without markup
 */
function oauthbridgeProblemTexts(OAuthBridgeException $problem)
{
	global $langs;

	$langs->load('oauthbridge@oauthbridge');
	$key = 'OAuthBridgeProblem_'.$problem->getProblemCode();
	$known = $langs->transnoentitiesnoconv($key);
	return $known === $key ? array($problem->getDetail()) : array_unique(array($known, $problem->getDetail()));
}

/**
 * Shows a problem at the top of the next page.
 *
 * @param  OAuthBridgeException $problem The problem
 * @return void
 */
function oauthbridgeShowProblem(OAuthBridgeException $problem)
{
	setEventMessages('', array_map('dol_escape_htmltag', oauthbridgeProblemTexts($problem)), 'errors');
}
