<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       admin/setup.php
 * \ingroup    oauthbridge
 * \brief      Setup page: the settings of the module
 */

if (!defined('CSRFCHECK_WITH_TOKEN')) {
	define('CSRFCHECK_WITH_TOKEN', '1'); // every POST needs the token, whatever Dolibarr's settings say
}

$res = 0;
foreach (array('../../main.inc.php', '../../../main.inc.php') as $main) {
	if (!$res && file_exists($main)) {
		$res = include $main;
	}
}
if (!$res) {
	die('Include of main.inc.php failed');
}

require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
require_once __DIR__.'/../class/oauthbridgeclient.class.php';
require_once __DIR__.'/../class/admin/oauthbridgehealthview.class.php';
require_once __DIR__.'/../class/admin/oauthbridgeinstallation.class.php';
require_once __DIR__.'/../class/admin/oauthbridgesettings.class.php';

/**
 * @var Conf $conf
 * @var DoliDB $db
 * @var Translate $langs
 * @var User $user
 */

$langs->loadLangs(array('admin', 'oauthbridge@oauthbridge'));

if (!isModEnabled('oauthbridge') || !$user->admin) {
	accessforbidden();
}

$action = GETPOST('action', 'aZ09');
$settings = new OAuthBridgeSettings($db, (int) $conf->entity);
$typed = null;
$page = dol_buildpath('/oauthbridge/admin/setup.php', 1);

/*
 * Actions
 */

if ($_SERVER['REQUEST_METHOD'] === 'POST' && $action === 'update') {
	$typed = $settings->read();
	$errors = $settings->findErrors($typed);
	if (!$errors && !$settings->save($typed)) {
		$errors = array($db->lasterror());
	}
	if ($errors) {
		setEventMessages('', array_map('dol_escape_htmltag', $errors), 'errors');
	} else {
		setEventMessages($langs->trans('SetupSaved'), null, 'mesgs');
		header('Location: '.$page, true, 303);
		exit;
	}
}

if ($_SERVER['REQUEST_METHOD'] === 'POST' && $action === 'renewkey') {
	$installation = new OAuthBridgeInstallation($db);
	if ($installation->renewApiKey()) {
		setEventMessages($langs->trans('OAuthBridgeKeyRenewed'), null, 'mesgs');
	} else {
		setEventMessages('', array(dol_escape_htmltag($installation->error)), 'errors');
	}
	header('Location: '.$page, true, 303);
	exit;
}

if ($_SERVER['REQUEST_METHOD'] === 'POST' && $action === 'testnotice') {
	require_once __DIR__.'/../class/watch/oauthbridgegrantwatch.class.php';
	require_once __DIR__.'/../class/watch/oauthbridgenoticemail.class.php';
	$mail = new OAuthBridgeNoticeMail($db);
	$subject = $langs->transnoentitiesnoconv('OAuthBridgeTestNotice');
	if ($mail->send($subject, $langs->transnoentitiesnoconv('OAuthBridgeTestNoticeText'))) {
		$key = 'OAuthBridgeWay_'.($mail->way === '' ? 'general' : strtolower(ltrim($mail->way, '_')));
		$recipients = dol_escape_htmltag(implode(', ', $mail->findRecipients()));
		setEventMessages($langs->trans('OAuthBridgeTestNoticeSent', $recipients, $langs->trans($key)), null, 'mesgs');
	} else {
		setEventMessages($langs->trans('OAuthBridgeTestNoticeFailed'), array(dol_escape_htmltag($mail->error)), 'errors');
	}
	header('Location: '.$page, true, 303);
	exit;
}

/*
 * View
 */

$scripts = array('/oauthbridge/js/oauthbridge.js');
$styles = array('/oauthbridge/css/oauthbridge.css');
llxHeader('', $langs->trans('OAuthBridgeSetup'), '', '', 0, 0, $scripts, $styles, '', 'mod-oauthbridge page-setup');

$linkback = '<a href="'.DOL_URL_ROOT.'/admin/modules.php?restore_lastsearch_values=1">'.$langs->trans('BackToModuleList').'</a>';
print load_fiche_titre($langs->trans('OAuthBridgeSetup'), $linkback, 'title_setup');
print dol_get_fiche_head(oauthbridgeAdminPrepareHead(), 'settings', '', -1, '');

print '<div class="oauthbridge">';
print OAuthBridgeHealthView::render((new OAuthBridgeClient())->getHealth());
print OAuthBridgeHealthView::renderScheduler($db);
print '<p class="oauthbridge-links"><a href="'.dol_escape_htmltag(oauthbridgeEntriesUrl()).'">';
print img_picto('', 'technic', 'class="pictofixedwidth"').$langs->trans('OAuthBridgeEntries').'</a> ';
print '<a class="butAction" href="'.dol_escape_htmltag(dol_buildpath('/oauthbridge/admin/connect.php', 1)).'">';
print $langs->trans('OAuthBridgeAssistant').'</a></p>';

print oauthbridgeOpenForm($page, array('action' => 'update'));
print $settings->render($typed === null ? $settings->current() : $typed);
print '<div class="center"><button type="submit" class="button button-save">'.$langs->trans('Save').'</button></div>';
print '</form>';

print load_fiche_titre($langs->trans('OAuthBridgeTestNotice'), '', '');
print oauthbridgeOpenForm($page, array('action' => 'testnotice'));
print '<p>'.$langs->trans('OAuthBridgeTestNoticeExplained').'</p>';
print '<button type="submit" class="button">'.$langs->trans('OAuthBridgeTestNoticeSend').'</button></form>';

print load_fiche_titre($langs->trans('OAuthBridgeKey'), '', '');
$hasKey = getDolGlobalString(OAuthBridgeInstallation::API_KEY) !== '';
print oauthbridgeOpenForm($page, array('action' => 'renewkey'));
print '<p>'.$langs->trans($hasKey ? 'OAuthBridgeKeyThere' : 'OAuthBridgeKeyMissing').'</p>';
print '<p class="opacitymedium">'.$langs->trans('OAuthBridgeKeyExplained').'</p>';
print '<button type="submit" class="button">'.$langs->trans('OAuthBridgeKeyRenew').'</button>';
print '</form>';
print '</div>';

print dol_get_fiche_end();
llxFooter();
$db->close();
