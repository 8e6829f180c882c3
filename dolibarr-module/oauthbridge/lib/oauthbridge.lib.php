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
 * @return array<int,array<int,string>> Tabs as dol_get_fiche_head wants them
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
 * The status page.
 *
 * @param  string               $entry Name of an entry to show, or empty
 * @param  array<string,string> $query Parameters
 * @return string                      Path on this server, never another site
 */
function oauthbridgeEntriesUrl($entry = '', array $query = array())
{
	return dol_buildpath('/oauthbridge/admin/entries.php', 1).($query ? '?'.http_build_query($query, '', '&') : '').($entry !== '' ? '#'.oauthbridgeAnchor($entry) : '');
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
 * A problem in the user's language: what it means by its code, then the bridge's own words.
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
