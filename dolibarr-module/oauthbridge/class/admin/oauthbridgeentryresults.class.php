<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentryresults.class.php
 * \ingroup    oauthbridge
 * \brief      The outcome of a mail test, the code for another device, and how the bridge itself is
 */

require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * Shows what came out of something that an admin began.
 */
class OAuthBridgeEntryResults
{
	/**
	 * The outcome of a mail test, step by step.
	 *
	 * @param  array<string,mixed> $check protocol, server and report
	 * @return string                     HTML
	 */
	public static function renderCheck(array $check)
	{
		global $langs;

		$report = $check['report'];
		$isGood = !empty($report['ok']);
		$server = $check['server']['host'].':'.$check['server']['port'];
		$title = $langs->trans($isGood ? 'OAuthBridgeTestPassed' : 'OAuthBridgeTestFailed', strtoupper($check['protocol']), dol_escape_htmltag($server), dol_escape_htmltag($check['server']['username']));
		$html = '<div class="oauthbridge-check oauthbridge-check-'.($isGood ? 'passed' : 'failed').'" role="status"><strong>'.$title.'</strong><ol>';
		foreach (isset($report['steps']) && is_array($report['steps']) ? $report['steps'] : array() as $step) {
			$stepIsGood = !empty($step['ok']);
			$html .= '<li>'.img_picto($langs->trans($stepIsGood ? 'OAuthBridgeStepPassed' : 'OAuthBridgeStepFailed'), $stepIsGood ? 'tick' : 'error');
			$html .= ' <span class="oauthbridge-step">'.dol_escape_htmltag(isset($step['name']) ? (string) $step['name'] : '').'</span> '.dol_escape_htmltag(isset($step['detail']) ? (string) $step['detail'] : '');
			$html .= isset($step['ms']) ? ' <span class="opacitymedium nowraponall">'.((int) $step['ms']).' ms</span>' : '';
			$html .= '</li>';
		}
		return $html."</ol></div>\n";
	}

	/**
	 * The code to type on another device.
	 *
	 * @param  array<string,mixed> $device As OAuthBridgeConsents::getDevice
	 * @return string                      HTML
	 */
	public static function renderDevice(array $device)
	{
		global $langs;

		$entry = (string) $device['entry'];
		$id = oauthbridgeAnchor($entry).'-device';
		$poll = dol_buildpath('/oauthbridge/ajax/consent.php', 1).'?'.http_build_query(array('entry' => $entry), '', '&');
		$again = oauthbridgeEntriesUrl($entry, array('device' => $entry));
		$html = '<dialog class="oauthbridge-dialog oauthbridge-device" id="'.$id.'" open aria-labelledby="'.$id.'-title"';
		$html .= ' data-oauthbridge-poll="'.dol_escape_htmltag($poll).'" data-oauthbridge-interval="'.((int) $device['interval']).'" data-oauthbridge-done="'.dol_escape_htmltag($again).'">';
		$html .= '<h4 id="'.$id.'-title">'.$langs->trans('OAuthBridgeDeviceTitle').' <span class="opacitymedium">'.dol_escape_htmltag($entry).'</span></h4>';
		$html .= '<ol><li>'.$langs->trans('OAuthBridgeDeviceOpen').'<br><a class="oauthbridge-code" target="_blank" rel="noopener noreferrer" href="'.dol_escape_htmltag($device['verification_uri']).'">'.dol_escape_htmltag($device['verification_uri']).'</a></li>';
		$html .= '<li>'.$langs->trans('OAuthBridgeDeviceType').'<span class="oauthbridge-usercode">'.showValueWithClipboardCPButton($device['user_code'], 0).'</span></li>';
		$html .= '<li>'.$langs->trans('OAuthBridgeDeviceAllow').'</li></ol>';
		$html .= '<p class="oauthbridge-waiting" role="status">'.$langs->trans('OAuthBridgeDeviceWaiting').' <time class="opacitymedium" datetime="'.gmdate('Y-m-d\TH:i:s\Z', $device['expires']).'">'.$langs->trans('OAuthBridgeDeviceUntil', dol_print_date($device['expires'], 'hour', 'tzuserrel')).'</time></p>';
		$html .= '<form method="POST" action="'.dol_escape_htmltag(oauthbridgeEntriesUrl()).'" class="oauthbridge-buttons"><input type="hidden" name="token" value="'.newToken().'"><input type="hidden" name="action" value="canceldevice"><input type="hidden" name="entry" value="'.dol_escape_htmltag($entry).'">';
		$html .= '<a class="butAction" href="'.dol_escape_htmltag($again).'" data-oauthbridge-ask>'.$langs->trans('OAuthBridgeDeviceCheck').'</a><button type="submit" class="button">'.$langs->trans('Cancel').'</button>';
		return $html."</form></dialog>\n";
	}

	/**
	 * How the bridge is, and what to do where it is not well.
	 *
	 * @param  array<string,mixed> $health As OAuthBridgeClient::getHealth
	 * @return string                      HTML
	 */
	public static function renderHealth(array $health)
	{
		global $langs;

		$isGood = $health['reachable'] && $health['ready'] && $health['authorized'];
		$title = $isGood ? 'OAuthBridgeHealthy' : (!$health['reachable'] ? 'OAuthBridgeDown' : ($health['ready'] ? 'OAuthBridgeLockedOut' : 'OAuthBridgeNotReady'));
		$html = '<div class="oauthbridge-health '.($isGood ? 'oauthbridge-healthy' : 'error').'" role="'.($isGood ? 'status' : 'alert').'">';
		$html .= '<div>'.dolGetStatus($langs->trans($title), $langs->trans($title), '', $isGood ? 'status4' : 'status8', 5);
		if ($health['version'] !== null) {
			$html .= ' '.$langs->trans('OAuthBridgeVersion', dol_escape_htmltag($health['version']));
		}
		if ($health['address'] !== '') {
			$html .= ' <span class="oauthbridge-code">'.dol_escape_htmltag($health['address']).'</span>';
		}
		$html .= '</div>';
		if (!$isGood) {
			$html .= '<p class="small">'.dol_escape_htmltag((string) $health['error']).'</p>';
		}
		if (!$health['reachable']) {
			$html .= '<p>'.$langs->trans('OAuthBridgeHowToStart').'</p><pre class="oauthbridge-command">systemctl start dolibarr-oauth-bridge</pre>';
			$html .= '<p>'.$langs->trans('OAuthBridgeHowToStartByHand').'</p><pre class="oauthbridge-command">dolibarr-oauth-bridge serve --dolibarr-conf '.dol_escape_htmltag(DOL_DOCUMENT_ROOT.'/conf/conf.php').'</pre>';
			$html .= '<p class="opacitymedium">'.$langs->trans('OAuthBridgeDownMeans').'</p>';
		} elseif ($health['ready'] && !$health['authorized']) {
			$html .= '<p>'.$langs->trans('OAuthBridgeLockedOutMeans').'</p>';
		}
		return $html."</div>\n";
	}
}
