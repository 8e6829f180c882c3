<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentryresults.class.php
 * \ingroup    oauthbridge
 * \brief      The result of a mail test, the code for another device, the history of a grant
 */

require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * Renders the results of what an administrator did on the status page.
 */
class OAuthBridgeEntryResults
{
	/**
	 * The result of a mail test, step by step.
	 *
	 * @param  array<string,mixed> $check protocol (smtp or imap), server (host, port, username) and report (the bridge's answer)
	 * @return string                     HTML
	 */
	public static function renderCheck(array $check)
	{
		global $langs;

		$report = $check['report'];
		$isGood = !empty($report['ok']);
		$title = $langs->trans(
			$isGood ? 'OAuthBridgeTestPassed' : 'OAuthBridgeTestFailed',
			strtoupper($check['protocol']),
			dol_escape_htmltag($check['server']['host'].':'.$check['server']['port']),
			dol_escape_htmltag($check['server']['username'])
		);
		$html = '<div class="oauthbridge-check oauthbridge-check-'.($isGood ? 'passed' : 'failed').'" role="status">';
		$html .= '<strong>'.$title.'</strong>';
		$key = 'OAuthBridgeMailProblem_'.(isset($report['code']) ? $report['code'] : '');
		$advice = $isGood ? $key : $langs->transnoentitiesnoconv($key);
		$html .= ($advice === $key ? '' : '<p>'.dol_escape_htmltag($advice).'</p>').'<ol>';
		foreach (isset($report['steps']) && is_array($report['steps']) ? $report['steps'] : array() as $step) {
			$html .= self::renderStep((array) $step + array('ok' => false, 'name' => '', 'detail' => '', 'ms' => null));
		}
		return $html."</ol></div>\n";
	}

	/**
	 * The code to type on another device.
	 *
	 * @param  array<string,mixed> $device As OAuthBridgeConsents::getDevice gives it
	 * @param  string              $page   Address of the page to load again when it is over; empty for the status page
	 * @param  string              $cancel Address of the page whose action canceldevice ends it; empty for the status page
	 * @return string                      HTML: a dialog that polls the state of the consent
	 */
	public static function renderDevice(array $device, $page = '', $cancel = '')
	{
		global $langs;

		$entry = (string) $device['entry'];
		$id = oauthbridgeAnchor($entry).'-device';
		$poll = dol_buildpath('/oauthbridge/ajax/consent.php', 1).'?'.http_build_query(array('entry' => $entry), '', '&');
		$reload = dol_escape_htmltag($page !== '' ? $page : oauthbridgeEntriesUrl($entry, array('device' => $entry)));
		$page = dol_escape_htmltag($device['verification_uri']);
		$link = '<a class="oauthbridge-code" target="_blank" rel="noopener noreferrer" href="'.$page.'">'.$page.'</a>';
		$code = '<span class="oauthbridge-usercode">'.showValueWithClipboardCPButton($device['user_code'], 0).'</span>';
		$until = $langs->trans('OAuthBridgeDeviceUntil', dol_print_date($device['expires'], 'hour', 'tzuserrel'));

		$html = '<dialog class="oauthbridge-dialog oauthbridge-device" id="'.$id.'" open aria-labelledby="'.$id.'-title"';
		$html .= ' data-oauthbridge-poll="'.dol_escape_htmltag($poll).'"';
		$html .= ' data-oauthbridge-interval="'.((int) $device['interval']).'" data-oauthbridge-done="'.$reload.'">';
		$html .= '<h4 id="'.$id.'-title">'.$langs->trans('OAuthBridgeDeviceTitle');
		$html .= ' <span class="opacitymedium">'.dol_escape_htmltag($entry).'</span></h4>';
		$html .= '<ol><li>'.$langs->trans('OAuthBridgeDeviceOpen').'<br>'.$link.'</li>';
		$html .= '<li>'.$langs->trans('OAuthBridgeDeviceType').$code.'</li>';
		$html .= '<li>'.$langs->trans('OAuthBridgeDeviceAllow').'</li></ol>';
		$html .= '<p class="oauthbridge-waiting" role="status">'.$langs->trans('OAuthBridgeDeviceWaiting');
		$html .= ' <time class="opacitymedium" datetime="'.gmdate('Y-m-d\TH:i:s\Z', $device['expires']).'">'.$until.'</time></p>';
		$cancel = $cancel !== '' ? $cancel : oauthbridgeEntriesUrl();
		$html .= oauthbridgeOpenForm($cancel, array('action' => 'canceldevice', 'entry' => $entry), 'oauthbridge-buttons');
		$html .= '<a class="butAction" href="'.$reload.'" data-oauthbridge-ask>'.$langs->trans('OAuthBridgeDeviceCheck').'</a>';
		$html .= '<button type="submit" class="button">'.$langs->trans('Cancel').'</button>';
		return $html."</form></dialog>\n";
	}

	/**
	 * One step of a mail test.
	 *
	 * @param  array<string,mixed> $step ok, name, detail, ms (milliseconds; null if unknown)
	 * @return string                    HTML
	 */
	private static function renderStep(array $step)
	{
		global $langs;

		$isGood = !empty($step['ok']);
		$html = '<li>'.img_picto($langs->trans($isGood ? 'OAuthBridgeStepPassed' : 'OAuthBridgeStepFailed'), $isGood ? 'tick' : 'error');
		$key = 'OAuthBridgeMailStep_'.$step['name'];
		$name = $langs->transnoentitiesnoconv($key);
		$html .= ' <span class="oauthbridge-step">'.dol_escape_htmltag($name === $key ? (string) $step['name'] : $name).'</span>';
		$html .= ' '.dol_escape_htmltag((string) $step['detail']);
		return $html.($step['ms'] === null ? '' : ' <span class="opacitymedium nowraponall">'.((int) $step['ms']).' ms</span>').'</li>';
	}

	/**
	 * What happened to a grant.
	 *
	 * @param  string                         $entry  Name of the entry
	 * @param  array<int,array<string,mixed>> $events As OAuthBridgeClient::getHistory gives them
	 * @return string                                 HTML: a dialog that is open
	 */
	public static function renderHistory($entry, array $events)
	{
		global $langs;

		$id = oauthbridgeAnchor($entry).'-history';
		$html = '<dialog class="oauthbridge-dialog oauthbridge-wide" id="'.$id.'" open aria-labelledby="'.$id.'-title">';
		$html .= '<h4 id="'.$id.'-title">'.$langs->trans('OAuthBridgeHistory');
		$html .= ' <span class="opacitymedium">'.dol_escape_htmltag($entry).'</span></h4>';
		$rows = '';
		foreach ($events as $event) {
			$key = 'OAuthBridgeEvent_'.$event['kind'];
			$kind = $langs->transnoentitiesnoconv($key);
			$time = is_string($event['at'] ?? null) ? strtotime($event['at']) : false;
			$shown = $time === false ? '' : dol_print_date($time, 'dayhoursec', 'tzuserrel');
			$kind = $kind === $key ? (string) $event['kind'] : $kind;
			$detail = preg_replace('/^row \d+$/D', '', (string) ($event['detail'] ?? '')); // the number of a row tells a person nothing
			$rows .= '<tr class="oddeven"><td class="nowraponall">'.$shown.'</td><td>'.dol_escape_htmltag($kind);
			$rows .= '<div class="small opacitymedium">'.oauthbridgeBreakable($detail).'</div></td></tr>';
		}
		$html .= $rows === ''
			? '<p>'.$langs->trans('OAuthBridgeHistoryEmpty').'</p>'
			: '<div class="oauthbridge-scroll" tabindex="0"><table class="noborder centpercent">'.$rows.'</table></div>';
		$html .= '<form method="dialog" class="oauthbridge-buttons"><button class="button">'.$langs->trans('Close').'</button></form>';
		return $html."</dialog>\n";
	}

	/**
	 * The line of conf.php that switches the sign-in on.
	 *
	 * @return string HTML
	 */
	public static function renderConfLine()
	{
		global $conf;

		$modes = isset($conf->file->main_authentication) ? (string) $conf->file->main_authentication : '';
		$modes = preg_replace('/[^A-Za-z0-9_,-]/', '', $modes === '' ? 'dolibarr' : $modes);
		$line = '$dolibarr_main_authentication=\''.$modes.',oauthbridge\';';
		return '<pre class="oauthbridge-command">'.dol_escape_htmltag($line).'</pre>';
	}
}
