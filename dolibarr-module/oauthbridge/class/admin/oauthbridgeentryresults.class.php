<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentryresults.class.php
 * \ingroup    oauthbridge
 * \brief      The result of a mail test, the code for another device, and the bridge's health
 */

require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * Renders the results of what an administrator did on the status page, and the bridge's health.
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
		$html .= '<strong>'.$title.'</strong><ol>';
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
	 * @return string                      HTML: a dialog that polls the state of the consent
	 */
	public static function renderDevice(array $device, $page = '')
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
		$html .= oauthbridgeOpenForm(oauthbridgeEntriesUrl(), array('action' => 'canceldevice', 'entry' => $entry), 'oauthbridge-buttons');
		$html .= '<a class="butAction" href="'.$reload.'" data-oauthbridge-ask>'.$langs->trans('OAuthBridgeDeviceCheck').'</a>';
		$html .= '<button type="submit" class="button">'.$langs->trans('Cancel').'</button>';
		return $html."</form></dialog>\n";
	}

	/**
	 * The bridge's health, and what to do where it is not well.
	 *
	 * @param  array<string,mixed> $health As OAuthBridgeClient::getHealth gives it
	 * @return string                      HTML
	 */
	public static function renderHealth(array $health)
	{
		global $langs;

		$isGood = $health['reachable'] && $health['ready'] && $health['authorized'];
		$title = $langs->trans(self::healthTitle($health));
		$html = '<div class="oauthbridge-health '.($isGood ? 'oauthbridge-healthy" role="status">' : 'error" role="alert">');
		$html .= '<div>'.dolGetStatus($title, $title, '', $isGood ? 'status4' : 'status8', 5);
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
			$byHand = 'dolibarr-oauth-bridge serve --dolibarr-conf '.dol_escape_htmltag(DOL_DOCUMENT_ROOT.'/conf/conf.php');
			$html .= '<p>'.$langs->trans('OAuthBridgeHowToStart').'</p>';
			$html .= '<pre class="oauthbridge-command">systemctl start dolibarr-oauth-bridge</pre>';
			$html .= '<p>'.$langs->trans('OAuthBridgeHowToStartByHand').'</p><pre class="oauthbridge-command">'.$byHand.'</pre>';
			$html .= '<p class="opacitymedium">'.$langs->trans('OAuthBridgeDownMeans').'</p>';
		} elseif ($health['ready'] && !$health['authorized']) {
			$html .= '<p>'.$langs->trans('OAuthBridgeLockedOutMeans').'</p>';
		}
		return $html."</div>\n";
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
		$html .= ' <span class="oauthbridge-step">'.dol_escape_htmltag((string) $step['name']).'</span>';
		$html .= ' '.dol_escape_htmltag((string) $step['detail']);
		return $html.($step['ms'] === null ? '' : ' <span class="opacitymedium nowraponall">'.((int) $step['ms']).' ms</span>').'</li>';
	}

	/**
	 * The bridge's health in a few words.
	 *
	 * @param  array<string,mixed> $health As OAuthBridgeClient::getHealth gives it
	 * @return string                      Key of the text
	 */
	private static function healthTitle(array $health)
	{
		if (!$health['reachable']) {
			return 'OAuthBridgeDown';
		}
		if (!$health['ready']) {
			return 'OAuthBridgeNotReady';
		}
		if ($health['code'] === 'impostor') {
			return 'OAuthBridgeImpostor';
		}
		return $health['authorized'] ? 'OAuthBridgeHealthy' : 'OAuthBridgeLockedOut';
	}
}
