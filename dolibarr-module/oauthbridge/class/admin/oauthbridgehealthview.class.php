<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgehealthview.class.php
 * \ingroup    oauthbridge
 * \brief      The bridge's health and what is wrong with the installation, as HTML
 */

require_once __DIR__.'/../oauthbridgeclient.class.php';
require_once __DIR__.'/../watch/oauthbridgecron.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * Renders the head of the module's pages.
 */
class OAuthBridgeHealthView
{
	/** Headline by problem code; others: OAuthBridgeDown. */
	const TITLES = array(
		'impostor' => 'OAuthBridgeImpostor',
		'invalid_answer' => 'OAuthBridgeStranger',
		'timeout' => 'OAuthBridgeHangs',
		'no_sockets' => 'OAuthBridgeNoSockets',
		'bad_address' => 'OAuthBridgeBadAddress',
		'not_ready' => 'OAuthBridgeNotReady',
		'unauthorized' => 'OAuthBridgeLockedOut',
	);

	/**
	 * The bridge's health, and what to do where it is not well.
	 *
	 * @param  array<string,mixed> $health As OAuthBridgeClient::getHealth gives it
	 * @return string                      HTML
	 */
	public static function render(array $health)
	{
		global $langs;

		$isGood = $health['reachable'] && $health['ready'] && $health['authorized'];
		$title = $langs->trans($isGood ? 'OAuthBridgeHealthy' : (self::TITLES[$health['code']] ?? 'OAuthBridgeDown'));
		$html = '<div class="oauthbridge-health oauthbridge-'.($isGood ? 'healthy" role="status">' : 'ill" role="alert">');
		$html .= '<div>'.dolGetStatus($title, $title, '', $isGood ? 'status4' : 'status8', 5);
		if ($health['version'] !== null) {
			$html .= ' '.$langs->trans('OAuthBridgeVersion', dol_escape_htmltag($health['version']));
		}
		if ($health['address'] !== '') {
			$html .= ' <span class="oauthbridge-code">'.dol_escape_htmltag($health['address']).'</span>';
		}
		$html .= '</div>';
		if (!$isGood) {
			$html .= '<p>'.dol_escape_htmltag((string) $health['error']).'</p>'.self::renderAdvice((string) $health['code']);
		} elseif ($health['version'] !== null && $health['version'] !== OAuthBridgeClient::VERSION) {
			$other = dol_escape_htmltag($health['version']);
			$html .= '<p>'.$langs->trans('OAuthBridgeVersionsDiffer', OAuthBridgeClient::VERSION, $other).'</p>';
		}
		return $html."</div>\n";
	}

	/**
	 * A warning where Dolibarr's scheduler does not run the module's job.
	 *
	 * @param  DoliDB $db Database handler
	 * @return string     HTML; empty where it does
	 */
	public static function renderScheduler($db)
	{
		global $langs;

		$problem = OAuthBridgeCron::findProblem($db, dol_now());
		if ($problem === '') {
			return '';
		}
		$key = 'OAuthBridgeScheduler_'.$problem;
		return '<p class="oauthbridge-note">'.img_warning().' '.$langs->trans($key).'</p>';
	}

	/**
	 * What the bridge's doctor found.
	 *
	 * @param  array<string,mixed> $report As OAuthBridgeClient::getFindings gives it
	 * @return string                      HTML
	 */
	public static function renderFindings(array $report)
	{
		global $langs;

		$html = '<section class="oauthbridge-doctor" id="oauthbridge-doctor"><h3>'.$langs->trans('OAuthBridgeDoctor').'</h3>';
		$findings = isset($report['findings']) && is_array($report['findings']) ? $report['findings'] : array();
		if (!$findings) {
			return $html.'<p>'.$langs->trans('OAuthBridgeDoctorNothing').'</p></section>';
		}
		$badges = array('error' => 'status8', 'warning' => 'status1', 'info' => 'status0');
		$html .= '<ul>';
		foreach ($findings as $finding) {
			$finding = (array) $finding + array('severity' => 'info', 'subject' => '', 'evidence' => '', 'advice' => '', 'code' => '');
			$severity = isset($badges[$finding['severity']]) ? $finding['severity'] : 'info';
			$key = 'OAuthBridgeSeverity_'.$severity;
			$label = $langs->trans($key);
			$html .= '<li>'.dolGetStatus($label, $label, '', $badges[$severity], 5);
			$html .= ' <strong>'.oauthbridgeBreakable($finding['subject']).'</strong>';
			$html .= '<div>'.oauthbridgeBreakable($finding['evidence']).'</div>';
			$html .= '<div class="oauthbridge-advice">'.oauthbridgeBreakable($finding['advice']).'</div></li>';
		}
		return $html.'</ul></section>';
	}

	/**
	 * What to do.
	 *
	 * @param  string $code Problem code
	 * @return string       HTML
	 */
	private static function renderAdvice($code)
	{
		global $langs;

		if ($code === 'unauthorized') {
			return '<p>'.$langs->trans('OAuthBridgeLockedOutMeans').'</p>';
		}
		$html = '';
		if ($code === 'not_listening') {
			$byHand = 'dolibarr-oauth-bridge serve --dolibarr-conf '.dol_escape_htmltag(DOL_DOCUMENT_ROOT.'/conf/conf.php');
			$html .= '<p>'.$langs->trans('OAuthBridgeHowToStart').'</p>';
			$html .= '<pre class="oauthbridge-command">systemctl start dolibarr-oauth-bridge</pre>';
			$html .= '<p>'.$langs->trans('OAuthBridgeHowToStartByHand').'</p><pre class="oauthbridge-command">'.$byHand.'</pre>';
		} elseif ($code === 'timeout') {
			$html .= '<p>'.$langs->trans('OAuthBridgeHowToLook').'</p>';
			$html .= '<pre class="oauthbridge-command">journalctl -u dolibarr-oauth-bridge -n 50</pre>';
		} elseif ($code === 'invalid_answer' || $code === 'impostor') {
			$html .= '<p>'.$langs->trans('OAuthBridgeStrangerMeans').'</p>';
		}
		return $html.'<p class="opacitymedium">'.$langs->trans('OAuthBridgeDownMeans').'</p>';
	}
}
