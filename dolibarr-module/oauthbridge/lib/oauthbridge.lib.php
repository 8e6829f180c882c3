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
 * A labelled checkbox with the value 1.
 *
 * @param  string $id    Its id
 * @param  string $name  Its name
 * @param  string $label Its label: HTML
 * @return string        HTML
 */
function oauthbridgeCheckbox($id, $name, $label)
{
	return '<p class="oauthbridge-choice"><input type="checkbox" id="'.$id.'" name="'.$name.'" value="1">'
		.' <label for="'.$id.'">'.$label.'</label></p>';
}

/**
 * Dolibarr's list of OAuth services. Its mail code finds tokens of these providers only.
 *
 * @return array<string,array<string,string>> Their properties, by OAUTH_PROVIDER_NAME
 */
function oauthbridgeServices()
{
	global $supportedoauth2array; // Dolibarr 17 has no function for it

	require_once DOL_DOCUMENT_ROOT.'/core/lib/oauth.lib.php';
	return function_exists('getSupportedOauth2Array') ? getSupportedOauth2Array() : (array) $supportedoauth2array;
}

/**
 * Whether Dolibarr's mail code, which sends and collects, finds the tokens of a provider's entries.
 *
 * Before 20.0.1 it looks for the name that the list shows, which at 20.0.0 is "Microsoft [outlook.office365]", not for the service's.
 *
 * @param  string $provider Provider of an entry, such as MICROSOFT
 * @return bool             True if so
 */
function oauthbridgeMailFinds($provider)
{
	require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
	$service = oauthbridgeServices()['OAUTH_'.$provider.'_NAME'] ?? null;
	return $service !== null
		&& (versioncompare(versiondolibarrarray(), array(20, 0, 1)) >= 0 || strcasecmp($service['name'], $provider) === 0);
}

/**
 * The icon of a provider: Dolibarr's, from its list of OAuth services (OAUTH_PROVIDER_NAME => picto), otherwise a key.
 *
 * @param  string $provider Provider of an entry; may be a variant of one in the list (a longer name)
 * @return string           HTML
 */
function oauthbridgeIcon($provider)
{
	$icon = 'fa-key';
	foreach (oauthbridgeServices() as $key => $service) {
		$name = str_replace('_', '', preg_replace('/^OAUTH_(.+)_NAME$/', '$1', $key));
		$isFitting = !empty($service['picto']) && $service['picto'] !== 'generic'; // a sheet of paper
		if ($isFitting && stripos($provider, $name) === 0) {
			$icon = $service['picto'];
			break;
		}
	}
	return img_picto('', $icon, 'class="pictofixedwidth" aria-hidden="true"');
}

/**
 * A URL or a scope that breaks at its slashes, dots and commas only.
 *
 * @param  string $text Text
 * @return string       HTML
 */
function oauthbridgeBreakable($text)
{
	// Escaped part by part, so that no break stands within an entity such as &amp;.
	return implode('<wbr>', array_map('dol_escape_htmltag', preg_split('~(?<=[/.,?&=])(?=[^/\s])~', (string) $text)));
}

/**
 * A value that can be copied with a button.
 *
 * @param  string $value The value
 * @return string        HTML
 */
function oauthbridgeCopyable($value)
{
	global $langs;

	$label = dol_escape_htmltag($langs->transnoentitiesnoconv('OAuthBridgeCopy'));
	$html = '<span class="oauthbridge-code">'.oauthbridgeBreakable($value).'</span>';
	return $html.' <button type="button" class="oauthbridge-copy" data-oauthbridge-copy="'.dol_escape_htmltag($value).'" title="'.$label
		.'" aria-label="'.$label.'">'.img_picto('', 'fa-copy', 'aria-hidden="true"').'</button>';
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

/**
 * Asks whether a consent on another device is over. Then it is forgotten, and the next page says how it ended.
 *
 * @param  OAuthBridgeConsents   $consents Consents of this session
 * @param  OAuthBridgeGrantWatch $watch    Knows the grants that have ended
 * @param  string                $entry    Name of the entry
 * @return bool                            True if it is over
 */
function oauthbridgeDeviceIsOver(OAuthBridgeConsents $consents, OAuthBridgeGrantWatch $watch, $entry)
{
	global $langs;

	try {
		$status = $consents->askDevice($entry);
	} catch (OAuthBridgeException $e) {
		oauthbridgeShowProblem($e);
		return false;
	}
	if ($status === 'pending') {
		return false;
	}
	$consents->forgetDevice($entry);
	if ($status === 'granted') {
		$watch->noteLife($entry);
	}
	$key = 'OAuthBridgeDevice_'.$status;
	setEventMessages($langs->trans($key, dol_escape_htmltag($entry)), null, $status === 'granted' ? 'mesgs' : 'errors');
	return true;
}
