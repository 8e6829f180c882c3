<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors */

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
