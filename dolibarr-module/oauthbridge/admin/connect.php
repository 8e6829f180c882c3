<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       admin/connect.php
 * \ingroup    oauthbridge
 * \brief      The assistant "Connect an account"
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
require_once __DIR__.'/../lib/oauthbridgelogin.lib.php';
require_once __DIR__.'/../class/admin/oauthbridgeassistantpage.class.php';

/**
 * @var Conf $conf
 * @var DoliDB $db
 * @var Translate $langs
 * @var User $user
 */

$langs->loadLangs(array('admin', 'oauth', 'mails', 'oauthbridge@oauthbridge'));

if (!isModEnabled('oauthbridge') || !$user->admin) {
	accessforbidden();
}

$action = GETPOST('action', 'aZ09');
$step = GETPOST('step', 'aZ09');
$client = new OAuthBridgeClient();
$consents = new OAuthBridgeConsents($client, $user->id, $conf->entity, dol_now('gmt'));

/*
 * Actions
 */

if ($_SERVER['REQUEST_METHOD'] === 'POST' && isset(OAuthBridgeAssistantActions::ALL[$action])) {
	$assistant = new OAuthBridgeAssistant($db, (int) $conf->entity);
	$steps = array('connectdevice' => 'connect', 'connectapp' => 'connect', 'checksmtp' => 'try', 'checkimap' => 'try');
	$next = (new OAuthBridgeAssistantActions($db, $client, $consents, $assistant))->run($action, $steps[$action] ?? $action);
	header('Location: '.$next, true, 303);
	exit;
}

$state = OAuthBridgeAssistant::state();
if ($step === '' && isset($state['step'])) {
	$step = $state['step']; // go on where it was left
}
$isChosen = isset(OAuthBridgeAssistant::PROVIDERS[$state['provider']]);
if (!in_array($step, OAuthBridgeAssistant::STEPS, true) || (!$isChosen && $step !== 'choose')) {
	$step = 'choose';
}
if (in_array($step, array('connect', 'try', 'use'), true) && !OAuthBridgeAssistant::exists($state['entry'])) {
	$step = 'application';
}
if (!in_array($step, OAuthBridgeAssistant::stepsFor($state['purpose']), true)) {
	$step = 'use';
}

OAuthBridgeAssistant::remember(array('step' => $step));
$device = $step === 'connect' && GETPOSTISSET('device') ? $consents->getDevice($state['entry']) : null;
if ($device !== null && oauthbridgeDeviceIsOver($consents, new OAuthBridgeGrantWatch($db), $device['entry'])) {
	header('Location: '.OAuthBridgeAssistant::url('connect'), true, 303);
	exit;
}

/*
 * View
 */

$scripts = array('/oauthbridge/js/oauthbridge.js');
$styles = array('/oauthbridge/css/oauthbridge.css');
llxHeader('', $langs->trans('OAuthBridgeAssistant'), '', '', 0, 0, $scripts, $styles, '', 'mod-oauthbridge page-connect');

$linkback = '<a href="'.dol_escape_htmltag(oauthbridgeEntriesUrl()).'">'.$langs->trans('OAuthBridgeEntries').'</a>';
print load_fiche_titre($langs->trans('OAuthBridgeAssistant'), $linkback, 'title_setup');
print dol_get_fiche_head(oauthadmin_prepare_head(), 'oauthbridge', '', -1, '');

$page = new OAuthBridgeAssistantPage($state, new OAuthBridgeMailServers($db), new OAuthBridgeCollectors($db, (int) $conf->entity));
$checks = OAuthBridgeAssistantActions::checks();
print '<div class="oauthbridge oauthbridge-assistant">'.$page->renderWay($step);
switch ($step) {
	case 'choose':
		print $page->renderChoose();
		break;
	case 'application':
		print $page->renderApplication();
		break;
	case 'connect':
		try {
			print $page->renderConnect($client->getEntry($state['entry']), dol_now('gmt'));
		} catch (OAuthBridgeException $e) {
			print '<div class="error">'.implode('<br>', array_map('dol_escape_htmltag', oauthbridgeProblemTexts($e))).'</div>';
		}
		break;
	case 'try':
		try {
			$account = (string) (new OAuthBridgeEntryState($client->getEntry($state['entry'])))->token('account');
		} catch (OAuthBridgeException $e) {
			$account = '';
		}
		print $page->renderTry($checks, $account, (string) $user->email);
		break;
	default:
		print $page->renderUse($checks, (int) GETPOST('collector', 'alpha'));
}
if ($device !== null) {
	$here = dol_buildpath('/oauthbridge/admin/connect.php', 1);
	print OAuthBridgeEntryResults::renderDevice($device, OAuthBridgeAssistant::url('connect', array('device' => '1')), $here);
}
print '</div>';

print dol_get_fiche_end();
llxFooter();
$db->close();
