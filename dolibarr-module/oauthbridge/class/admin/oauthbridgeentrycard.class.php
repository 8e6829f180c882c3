<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentrycard.class.php
 * \ingroup    oauthbridge
 * \brief      The card of an entry on the status page
 */

require_once __DIR__.'/oauthbridgeentrystate.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';
require_once __DIR__.'/../../lib/oauthbridgelogin.lib.php';

/**
 * Shows an entry: how it stands in colour and words, until when, what to do. No token, no secret: the bridge gives none.
 */
class OAuthBridgeEntryCard
{
	/** Dolibarr's icon for each provider. */
	const ICONS = array('Google' => 'google', 'GitHub' => 'github', 'StripeTest' => 'stripe', 'StripeLive' => 'stripe');

	/** Warnings whose text in the user's language says everything; of the others the bridge's own words are shown too. */
	const SELF_EVIDENT = array('consent_required', 'no_refresh_token', 'client_id_missing', 'client_secret_missing', 'tenant_missing', 'url_missing', 'mail_scope_missing');

	/** @var OAuthBridgeEntryState */
	private $state;

	/** @var int */
	private $now;

	/**
	 * @param array<string,mixed> $entry One entry of OAuthBridgeClient::getEntries
	 * @param int                 $now   Unix time
	 */
	public function __construct(array $entry, $now)
	{
		$this->state = new OAuthBridgeEntryState($entry);
		$this->now = $now;
	}

	/**
	 * The card.
	 *
	 * @param  string $buttons What stands at its foot: HTML
	 * @param  string $more    What stands between facts and buttons: HTML
	 * @return string          HTML
	 */
	public function render($buttons, $more = '')
	{
		$entry = (string) $this->state->get('entry');
		$anchor = oauthbridgeAnchor($entry);
		$html = '<section class="oauthbridge-card oauthbridge-is-'.$this->state->getBadge().'" id="'.$anchor.'" data-entry="'.dol_escape_htmltag($entry).'" aria-labelledby="'.$anchor.'-name">';
		$html .= $this->renderHead($entry, $anchor);
		$html .= $this->renderWarnings();
		$html .= '<dl class="oauthbridge-facts">'.$this->renderFacts().'</dl>';
		$html .= $more;
		if ($buttons !== '') {
			$html .= '<div class="oauthbridge-buttons">'.$buttons.'</div>';
		}
		return $html."</section>\n";
	}

	/**
	 * The badge of an entry's state.
	 *
	 * @param  OAuthBridgeEntryState $state The state
	 * @return string                       HTML
	 */
	public static function renderBadge(OAuthBridgeEntryState $state)
	{
		global $langs;

		$label = $langs->trans('OAuthBridgeStatus_'.$state->getStatus());
		return dolGetStatus($label, $label, '', $state->getBadge(), 5);
	}

	/**
	 * Name, provider and badge.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $anchor Id of the card
	 * @return string         HTML
	 */
	private function renderHead($entry, $anchor)
	{
		$provider = (string) $this->state->get('provider');
		$family = preg_replace('/(\d|App)$/', '', $provider);
		$icon = isset(self::ICONS[$provider]) ? self::ICONS[$provider] : ($family === 'Microsoft' ? 'microsoft' : 'generic');
		$html = '<header class="oauthbridge-head">';
		$html .= '<h3 id="'.$anchor.'-name">'.img_picto('', $icon, 'class="pictofixedwidth" aria-hidden="true"').dol_escape_htmltag($entry).'</h3>';
		return $html.self::renderBadge($this->state).'</header>';
	}

	/**
	 * What somebody should look at, and the last failure.
	 *
	 * @return string HTML; empty if all is well
	 */
	private function renderWarnings()
	{
		global $langs;

		$html = '';
		foreach ($this->state->getWarnings() as $warning) {
			$code = isset($warning['code']) ? (string) $warning['code'] : '';
			$detail = isset($warning['message']) ? (string) $warning['message'] : '';
			$text = $langs->transnoentitiesnoconv('OAuthBridgeWarning_'.$code);
			if ($text === 'OAuthBridgeWarning_'.$code) {
				list($text, $detail) = array($detail, '');
			}
			$html .= '<li>'.img_warning().' '.dol_escape_htmltag($text);
			$html .= $detail === '' || in_array($code, self::SELF_EVIDENT, true) ? '' : '<div class="small">'.dol_escape_htmltag($detail).'</div>';
			$html .= '</li>';
		}
		$failure = $this->state->token('last_error');
		if (is_string($failure) && $failure !== '' && $this->state->getStatus() !== 'unreadable') {
			$html .= '<li class="oauthbridge-failure">'.img_picto('', 'error', 'aria-hidden="true"').' '.$langs->trans('OAuthBridgeLastFailure').' '.dol_escape_htmltag($failure).'</li>';
		}
		return $html === '' ? '' : '<ul class="oauthbridge-warnings">'.$html.'</ul>';
	}

	/**
	 * What is known of the token.
	 *
	 * @return string HTML: pairs of dt and dd
	 */
	private function renderFacts()
	{
		global $langs;

		$html = '';
		$ends = $this->state->getTime('expires_at');
		if ($ends !== null) {
			$html .= $this->fact('OAuthBridgeExpires', $this->renderTime($ends, true));
		}
		$refreshed = $this->state->getTime('refreshed_at');
		if ($refreshed !== null) {
			$count = (int) $this->state->token('refresh_count');
			$html .= $this->fact('OAuthBridgeLastRefresh', $this->renderTime($refreshed, true).' <span class="opacitymedium">'.$langs->trans($count === 1 ? 'OAuthBridgeRefreshedOnce' : 'OAuthBridgeRefreshedTimes', $count).'</span>');
		}
		$granted = $this->state->getTime('granted_at');
		if ($granted !== null && $this->state->hasToken()) {
			$html .= $this->fact('OAuthBridgeGranted', $this->renderTime($granted, false));
		}
		$html .= $this->renderAge();
		$scopes = $this->state->get('scopes');
		if (is_array($scopes) && $scopes) {
			$html .= $this->fact('OAuthBridgeScopes', '<span class="oauthbridge-code">'.implode('</span> <span class="oauthbridge-code">', array_map('dol_escape_htmltag', $scopes)).'</span>');
		}
		$redirect = $this->state->isLogin() ? oauthbridgeLoginCallback() : (string) $this->state->get('redirect_uri');
		if ($redirect !== '' && !$this->state->isAppOnly()) {
			$html .= $this->fact('OAuthBridgeRedirectUri', '<span class="oauthbridge-uri">'.showValueWithClipboardCPButton($redirect, 0).'</span>');
		}
		return $html;
	}

	/**
	 * The refresh token's age as a bar.
	 *
	 * @return string HTML; empty where nobody knows
	 */
	private function renderAge()
	{
		global $langs;

		$age = $this->state->getRefreshTokenAge($this->now);
		if ($age === null || !$this->state->token('has_refresh_token')) {
			return '';
		}
		list($unit, $length) = $age['limit'] >= 2 * 86400 ? array('Days', 86400) : array('Hours', 3600);
		$words = $langs->transnoentitiesnoconv('OAuthBridgeAgeIn'.$unit, intdiv($age['age'], $length), intdiv($age['limit'], $length));
		$bar = '<meter aria-label="'.dol_escape_htmltag($words).'" min="0" max="'.$age['limit'].'" low="'.(int) ($age['limit'] * 0.6).'" high="'.(int) ($age['limit'] * 0.85).'" optimum="0" value="'.$age['age'].'"></meter>';
		return $this->fact('OAuthBridgeRefreshTokenAge', $bar.' <span>'.dol_escape_htmltag($words).'</span>');
	}

	/**
	 * A moment, as date and hour; a script adds how far away it is.
	 *
	 * @param  int  $time Unix time
	 * @param  bool $live Whether the distance is shown
	 * @return string     HTML
	 */
	private function renderTime($time, $live)
	{
		return '<time datetime="'.gmdate('Y-m-d\TH:i:s\Z', $time).'"'.($live ? ' data-oauthbridge-distance' : '').'>'.dol_print_date($time, 'dayhour', 'tzuserrel').'</time>';
	}

	/**
	 * A fact.
	 *
	 * @param  string $label Key of its name
	 * @param  string $value HTML
	 * @return string        HTML
	 */
	private function fact($label, $value)
	{
		global $langs;

		return '<dt>'.$langs->trans($label).'</dt><dd>'.$value.'</dd>';
	}
}
