<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentrycard.class.php
 * \ingroup    oauthbridge
 * \brief      The card of an entry on the status page
 */

require_once DOL_DOCUMENT_ROOT.'/core/lib/oauth.lib.php';
require_once __DIR__.'/oauthbridgeentrystate.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';
require_once __DIR__.'/../../lib/oauthbridgelogin.lib.php';

/**
 * Renders an entry: its state in colour and words, how long it lasts, what to do. The bridge's report holds no token and no secret.
 */
class OAuthBridgeEntryCard
{
	/** Icon of an entry whose provider Dolibarr has no icon for. */
	const DEFAULT_ICON = 'generic';

	/** Seconds of a day and of an hour. */
	const DAY = 86400;
	const HOUR = 3600;

	/** Shares of a refresh token's lifetime from which its age is shown as fair, and as bad. */
	const AGE_FAIR = 0.6;
	const AGE_BAD = 0.85;

	/** Warnings whose translation says everything. To the others the bridge's own words (English) are added. */
	const SELF_EVIDENT = array(
		'consent_required', 'no_refresh_token', 'client_id_missing', 'client_secret_missing', 'tenant_missing', 'url_missing',
		'mail_scope_missing',
	);

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
	 * @param  string $buttons HTML for the bottom of the card; empty for none
	 * @param  string $more    HTML between facts and buttons
	 * @return string          HTML
	 */
	public function render($buttons, $more = '')
	{
		$entry = (string) $this->state->get('entry');
		$anchor = oauthbridgeAnchor($entry);
		$html = '<section class="oauthbridge-card oauthbridge-is-'.$this->state->getBadge().'" id="'.$anchor.'"';
		$html .= ' data-entry="'.dol_escape_htmltag($entry).'" aria-labelledby="'.$anchor.'-name">';
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
		$icon = img_picto('', self::findIcon((string) $this->state->get('provider')), 'class="pictofixedwidth" aria-hidden="true"');
		$html = '<header class="oauthbridge-head">';
		$html .= '<h3 id="'.$anchor.'-name">'.$icon.dol_escape_htmltag($entry).'</h3>';
		return $html.self::renderBadge($this->state).'</header>';
	}

	/**
	 * Dolibarr's icon of a provider, from its list of OAuth services (OAUTH_PROVIDER_NAME => picto).
	 *
	 * @param  string $provider Provider of an entry, as the bridge reports it; may be a variant of one in the list (a longer name)
	 * @return string           Name of the icon
	 */
	private static function findIcon($provider)
	{
		foreach (getSupportedOauth2Array() as $key => $service) {
			$name = str_replace('_', '', preg_replace('/^OAUTH_(.+)_NAME$/', '$1', $key));
			if (!empty($service['picto']) && stripos($provider, $name) === 0) {
				return $service['picto'];
			}
		}
		return self::DEFAULT_ICON;
	}

	/**
	 * The warnings and the last failure.
	 *
	 * @return string HTML; empty if there are none
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
			if ($detail !== '' && !in_array($code, self::SELF_EVIDENT, true)) {
				$html .= '<div class="small">'.dol_escape_htmltag($detail).'</div>';
			}
			$html .= '</li>';
		}
		$failure = $this->state->token('last_error');
		if (is_string($failure) && $failure !== '' && $this->state->getStatus() !== 'unreadable') {
			$html .= '<li class="oauthbridge-failure">'.img_picto('', 'error', 'aria-hidden="true"');
			$html .= ' '.$langs->trans('OAuthBridgeLastFailure').' '.dol_escape_htmltag($failure).'</li>';
		}
		return $html === '' ? '' : '<ul class="oauthbridge-warnings">'.$html.'</ul>';
	}

	/**
	 * The facts about the token.
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
			$times = $langs->trans($count === 1 ? 'OAuthBridgeRefreshedOnce' : 'OAuthBridgeRefreshedTimes', $count);
			$time = $this->renderTime($refreshed, true).' <span class="opacitymedium">'.$times.'</span>';
			$html .= $this->fact('OAuthBridgeLastRefresh', $time);
		}
		$granted = $this->state->getTime('granted_at');
		if ($granted !== null && $this->state->hasToken()) {
			$html .= $this->fact('OAuthBridgeGranted', $this->renderTime($granted, false));
		}
		$html .= $this->renderAge();
		$scopes = $this->state->get('scopes');
		if (is_array($scopes) && $scopes) {
			$names = implode('</span> <span class="oauthbridge-code">', array_map('dol_escape_htmltag', $scopes));
			$html .= $this->fact('OAuthBridgeScopes', '<span class="oauthbridge-code">'.$names.'</span>');
		}
		$redirect = $this->state->isLogin() ? oauthbridgeLoginCallback() : (string) $this->state->get('redirect_uri');
		if ($redirect !== '' && !$this->state->isAppOnly()) {
			$copy = '<span class="oauthbridge-uri">'.showValueWithClipboardCPButton($redirect, 0).'</span>';
			$html .= $this->fact('OAuthBridgeRedirectUri', $copy);
		}
		return $html;
	}

	/**
	 * The refresh token's age as a bar.
	 *
	 * @return string HTML; empty where the age or its limit is unknown
	 */
	private function renderAge()
	{
		global $langs;

		$age = $this->state->getRefreshTokenAge($this->now);
		if ($age === null || !$this->state->token('has_refresh_token')) {
			return '';
		}
		list($unit, $length) = $age['limit'] >= 2 * self::DAY ? array('Days', self::DAY) : array('Hours', self::HOUR);
		list($value, $limit) = array(intdiv($age['age'], $length), intdiv($age['limit'], $length));
		$words = dol_escape_htmltag($langs->transnoentitiesnoconv('OAuthBridgeAgeIn'.$unit, $value, $limit));
		$low = (int) ($age['limit'] * self::AGE_FAIR);
		$high = (int) ($age['limit'] * self::AGE_BAD);
		$bar = '<meter aria-label="'.$words.'" min="0" max="'.$age['limit'].'" low="'.$low.'" high="'.$high.'"';
		$bar .= ' optimum="0" value="'.$age['age'].'"></meter>';
		return $this->fact('OAuthBridgeRefreshTokenAge', $bar.' <span>'.$words.'</span>');
	}

	/**
	 * A time, as date and hour.
	 *
	 * @param  int  $time Unix time
	 * @param  bool $live Whether the script adds how far away it is ("in 5 minutes")
	 * @return string     HTML
	 */
	private function renderTime($time, $live)
	{
		$attributes = 'datetime="'.gmdate('Y-m-d\TH:i:s\Z', $time).'"'.($live ? ' data-oauthbridge-distance' : '');
		return '<time '.$attributes.'>'.dol_print_date($time, 'dayhour', 'tzuserrel').'</time>';
	}

	/**
	 * A fact with its name.
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
