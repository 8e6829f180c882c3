<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       usersignin.php
 * \ingroup    oauthbridge
 * \brief      Tab of the user card: the accounts at providers that sign the user in
 */

if (!defined('CSRFCHECK_WITH_TOKEN')) {
	define('CSRFCHECK_WITH_TOKEN', '1'); // every POST needs the token, whatever Dolibarr's settings say
}

$res = 0;
foreach (array('../main.inc.php', '../../main.inc.php') as $main) {
	if (!$res && file_exists($main)) {
		$res = include $main;
	}
}
if (!$res) {
	die('Include of main.inc.php failed');
}

require_once DOL_DOCUMENT_ROOT.'/core/lib/usergroups.lib.php';
require_once __DIR__.'/lib/oauthbridge.lib.php';
require_once __DIR__.'/lib/oauthbridgelogin.lib.php';
require_once __DIR__.'/class/login/oauthbridgelinking.class.php';
require_once __DIR__.'/class/login/oauthbridgesignin.class.php';
require_once __DIR__.'/class/login/oauthbridgelinks.class.php';

/**
 * @var Conf $conf
 * @var DoliDB $db
 * @var Translate $langs
 * @var User $user
 */

$langs->loadLangs(array('users', 'oauthbridgelogin@oauthbridge'));

$id = GETPOSTINT('id');
$action = GETPOST('action', 'aZ09');
$isOwn = $id === (int) $user->id;
if (!isModEnabled('oauthbridge') || (!$isOwn && !$user->admin)) {
	accessforbidden();
}
$object = new User($db);
if ($object->fetch($id) <= 0) {
	accessforbidden();
}
$links = new OAuthBridgeLinks($db, $conf->entity);
$entries = oauthbridgeLoginEntries();
$page = dol_buildpath('/oauthbridge/usersignin.php', 1).'?id='.$id;

/*
 * Actions
 */

if ($_SERVER['REQUEST_METHOD'] === 'POST' && $action === 'unlink') {
	if (OAuthBridgeLinking::unlink($db, (int) $conf->entity, $object, GETPOSTINT('link'), $user->login)) {
		setEventMessages($langs->trans('OAuthBridgeUnlinked'), null, 'mesgs');
	}
	oauthbridgeGoTo($page);
}

if ($_SERVER['REQUEST_METHOD'] === 'POST' && $action === 'link' && $isOwn) {
	$entry = GETPOST('entry', 'alphanohtml');
	$url = $page;
	$isProved = OAuthBridgeLinking::isFresh(dol_now())
		|| OAuthBridgeLinking::isPassword($user->login, GETPOST('oauthbridge_password', 'none', 2), (int) $conf->entity);
	if (!$isProved) {
		oauthbridgeLoginFailed($entry, 'wrong password at linking an account: '.$user->login);
		setEventMessages($langs->trans('OAuthBridgeLinkNeedsPassword'), null, 'errors');
	} elseif (oauthbridgeLoginIsOn() && isset($entries[$entry])) {
		try {
			$record = array(
				'purpose' => OAuthBridgeSignIn::LINK,
				'user' => $id,
				'login' => $user->login,
				'entity' => (int) $conf->entity,
			);
			$url = (new OAuthBridgeSignIn(new OAuthBridgeClient(), dol_now()))->begin($entry, oauthbridgeLoginCallback(), $record);
		} catch (OAuthBridgeException $e) {
			oauthbridgeShowProblem($e);
		}
	}
	oauthbridgeGoTo($url);
}

/*
 * View
 */

llxHeader('', $langs->trans('OAuthBridgeSignIn'), '', '', 0, 0, '', '', '', 'mod-oauthbridge page-usersignin');

print dol_get_fiche_head(user_prepare_head($object), 'oauthbridge', $langs->trans('User'), -1, 'user');
dol_banner_tab($object, 'id', '', $user->hasRight('user', 'user', 'lire') || $user->admin);
print '<div class="underbanner clearboth"></div>';
print '<p class="opacitymedium">'.$langs->trans($isOwn ? 'OAuthBridgeSignInExplained' : 'OAuthBridgeSignInOfOther').'</p>';

print '<div class="div-table-responsive"><table class="noborder centpercent">';
print '<tr class="liste_titre">';
foreach (array('OAuthBridgeAccount', 'OAuthBridgeIssuer', 'OAuthBridgeLinkedOn', 'OAuthBridgeLastLogin') as $title) {
	print '<td>'.$langs->trans($title).'</td>';
}
print '<td></td></tr>';
$rows = $links->listOf($id);
foreach ($rows as $link) {
	print '<tr class="oddeven"><td>'.dol_escape_htmltag($link->account);
	print '<br><span class="opacitymedium small">'.dol_escape_htmltag($link->subject).'</span></td>';
	print '<td>'.dol_escape_htmltag($link->issuer).'</td>';
	print '<td>'.dol_print_date($db->jdate($link->datec), 'dayhour');
	print '<br><span class="opacitymedium small">'.dol_escape_htmltag($langs->trans('OAuthBridgeOrigin_'.$link->origin)).'</span></td>';
	print '<td>'.dol_print_date($db->jdate($link->last_login), 'dayhour').'</td>';
	print '<td class="right">'.oauthbridgeOpenForm($page, array('action' => 'unlink', 'link' => (string) ((int) $link->rowid)));
	print '<button type="submit" class="button small">'.$langs->trans('OAuthBridgeUnlink').'</button></form></td></tr>';
}
if (!$rows) {
	print '<tr class="oddeven"><td colspan="5" class="opacitymedium">'.$langs->trans('OAuthBridgeNoAccount').'</td></tr>';
}
print '</table></div>';

if ($isOwn && oauthbridgeLoginIsOn() && $entries) {
	print oauthbridgeOpenForm($page, array('action' => 'link'), 'center');
	if (!OAuthBridgeLinking::isFresh(dol_now())) {
		print '<p><label>'.$langs->trans('OAuthBridgeLinkPassword').' ';
		print '<input type="password" name="oauthbridge_password" autocomplete="current-password" required></label></p>';
	}
	foreach ($entries as $entry => $provider) {
		$label = $langs->transnoentitiesnoconv('OAuthBridgeLinkWith', $provider);
		print '<button type="submit" class="button" name="entry" value="'.dol_escape_htmltag($entry).'">';
		print dol_escape_htmltag($label).'</button> ';
	}
	print '</form>';
} elseif ($isOwn && !oauthbridgeLoginIsOn()) {
	print info_admin($langs->trans('OAuthBridgeLoginOff'));
}

print dol_get_fiche_end();
llxFooter();
$db->close();
