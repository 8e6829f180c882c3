<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       admin/entries.php
 * \ingroup    oauthbridge
 * \brief      Status page: the state of every OAuth entry, and what an administrator can do about it
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

require_once DOL_DOCUMENT_ROOT.'/core/lib/oauth.lib.php';
require_once __DIR__.'/../class/admin/oauthbridgeassistant.class.php';
require_once __DIR__.'/../class/admin/oauthbridgeentryactions.class.php';
require_once __DIR__.'/../class/admin/oauthbridgeentrybuttons.class.php';
require_once __DIR__.'/../class/admin/oauthbridgeentrycard.class.php';
require_once __DIR__.'/../class/admin/oauthbridgeentrydialogs.class.php';
require_once __DIR__.'/../class/admin/oauthbridgeentryresults.class.php';
require_once __DIR__.'/../class/admin/oauthbridgehealthview.class.php';
require_once __DIR__.'/../class/admin/oauthbridgestoredentries.class.php';
require_once __DIR__.'/../class/watch/oauthbridgeuses.class.php';
require_once __DIR__.'/../lib/oauthbridgelogin.lib.php';

/**
 * @var Conf $conf
 * @var DoliDB $db
 * @var Translate $langs
 * @var User $user
 */

$langs->loadLangs(array('admin', 'oauth', 'oauthbridge@oauthbridge'));

if (!isModEnabled('oauthbridge') || (!$user->admin && !$user->hasRight('oauthbridge', 'read'))) {
	accessforbidden();
}

$action = GETPOST('action', 'aZ09');
$entry = GETPOST('entry', 'alphanohtml');
$client = new OAuthBridgeClient();
$consents = new OAuthBridgeConsents($client, $user->id, $conf->entity, dol_now('gmt'));

/*
 * Actions
 */

if ($user->admin && $_SERVER['REQUEST_METHOD'] === 'POST' && isset(OAuthBridgeEntryActions::ALL[$action])) {
	$next = (new OAuthBridgeEntryActions($client, $consents, new OAuthBridgeGrantWatch($db)))->run($action, $entry);
	header('Location: '.$next, true, 303);
	exit;
}

$device = $user->admin && GETPOSTISSET('device') ? $consents->getDevice(GETPOST('device', 'alphanohtml')) : null;
if ($device !== null && oauthbridgeDeviceIsOver($consents, new OAuthBridgeGrantWatch($db), $device['entry'])) {
	header('Location: '.oauthbridgeEntriesUrl($device['entry']), true, 303);
	exit;
}

/*
 * View
 */

$scripts = array('/oauthbridge/js/oauthbridge.js');
$styles = array('/oauthbridge/css/oauthbridge.css');
llxHeader('', $langs->trans('OAuthBridgeEntries'), '', '', 0, 0, $scripts, $styles, '', 'mod-oauthbridge page-entries');

$linkback = '<a href="'.DOL_URL_ROOT.'/admin/modules.php?restore_lastsearch_values=1">'.$langs->trans('BackToModuleList').'</a>';
$title = $langs->trans($user->admin ? 'ConfigOAuth' : 'OAuthBridgeEntries');
print load_fiche_titre($title, $user->admin ? $linkback : '', 'title_setup');
$own = array(array(oauthbridgeEntriesUrl(), $langs->trans('OAuthBridgeTab'), 'oauthbridge'));
print dol_get_fiche_head($user->admin ? oauthadmin_prepare_head() : $own, 'oauthbridge', '', -1, '');

print '<div class="oauthbridge">';
$health = $client->getHealth();
print OAuthBridgeHealthView::render($health);
if ($user->admin) {
	print OAuthBridgeHealthView::renderScheduler($db);
	$assistant = dol_escape_htmltag(dol_buildpath('/oauthbridge/admin/connect.php', 1));
	print '<p class="oauthbridge-links"><a class="butAction" href="'.$assistant.'">';
	print $langs->trans('OAuthBridgeAssistant').'</a>';
	if ($health['authorized'] && (int) $conf->entity === 1) {
		print ' <a href="'.dol_escape_htmltag(oauthbridgeEntriesUrl('', array('doctor' => '1'))).'#oauthbridge-doctor">';
		print img_picto('', 'fa-stethoscope', 'class="pictofixedwidth"').$langs->trans('OAuthBridgeDoctor').'</a>';
	}
	print ' <a href="'.dol_escape_htmltag(dol_buildpath('/oauthbridge/admin/setup.php', 1)).'">';
	print img_picto('', 'setup', 'class="pictofixedwidth"').$langs->trans('OAuthBridgeSetup').'</a></p>';
}

$entries = array();
$isLive = $health['authorized'];
try {
	$entries = $isLive ? $client->getEntries() : array();
	print $isLive && $user->admin && GETPOSTISSET('doctor') ? OAuthBridgeHealthView::renderFindings($client->getFindings()) : '';
} catch (OAuthBridgeException $e) {
	print '<div class="error">'.implode('<br>', array_map('dol_escape_htmltag', oauthbridgeProblemTexts($e))).'</div>';
}
if (!$isLive) {
	$entries = OAuthBridgeStoredEntries::list($db);
	print $entries ? '<p class="opacitymedium">'.$langs->trans('OAuthBridgeFromTables').'</p>' : '';
}
if (!$entries) {
	print '<p class="opacitymedium">'.$langs->trans('OAuthBridgeNoEntries').'</p>';
}

$uses = new OAuthBridgeUses($db);
$orphans = $uses->orphans(array_column($entries, 'entry'));
foreach ($user->admin ? $orphans : array() as $orphan) {
	print '<p class="oauthbridge-note">'.img_warning().' ';
	print $langs->trans('OAuthBridgeUseOfNone', dol_escape_htmltag($orphan['label']), dol_escape_htmltag($orphan['entry']));
	print ' <a href="'.dol_escape_htmltag($orphan['url']).'">'.$langs->trans('Modify').'</a></p>';
}

$check = isset($_SESSION[OAuthBridgeEntryActions::CHECK_KEY]) ? $_SESSION[OAuthBridgeEntryActions::CHECK_KEY] : null;
$opened = GETPOST('open', 'alphanohtml');
$buttons = new OAuthBridgeEntryButtons();
$dialogs = new OAuthBridgeEntryDialogs(new OAuthBridgeMailServers($db), $opened);
print '<div class="oauthbridge-cards">';
foreach ($entries as $one) {
	$state = new OAuthBridgeEntryState($one);
	$more = '';
	if (is_array($check) && $check['entry'] === $one['entry']) {
		$more = OAuthBridgeEntryResults::renderCheck($check);
		unset($_SESSION[OAuthBridgeEntryActions::CHECK_KEY]);
	}
	$used = $uses->of($one['entry']);
	$card = new OAuthBridgeEntryCard($one, dol_now('gmt'), $used);
	$canAct = $user->admin && $isLive;
	print $card->render($canAct ? $buttons->render($state, array_column($used, 'protocol')) : '', $more);
	print $canAct ? $dialogs->render($state) : '';
}
print '</div>';
if ($isLive && $user->admin && preg_match('/^(\S+) history$/D', $opened, $parts)) {
	try {
		print OAuthBridgeEntryResults::renderHistory($parts[1], $client->getHistory($parts[1]));
	} catch (OAuthBridgeException $e) {
		print '<div class="error">'.implode('<br>', array_map('dol_escape_htmltag', oauthbridgeProblemTexts($e))).'</div>';
	}
}
print $device !== null ? OAuthBridgeEntryResults::renderDevice($device) : '';
print '</div>';

print dol_get_fiche_end();
llxFooter();
$db->close();
