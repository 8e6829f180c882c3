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
 * Renders an entry: its state in colour and words, how long it lasts, what to do. The bridge's report holds no token and no secret.
 */
class OAuthBridgeEntryCard
{
	/** Seconds of a day and of an hour. */
	const DAY = 86400;
	const HOUR = 3600;

	/** Shares of a refresh token's lifetime from which its age is shown as fair, and as bad. */
	const AGE_FAIR = 0.6;
	const AGE_BAD = 0.85;

	/** Warnings whose translation says everything. To the others the bridge's own words (English) are added. */
	const SELF_EVIDENT = array(
		'consent_required', 'client_id_missing', 'client_secret_missing', 'tenant_missing', 'url_missing', 'mail_scope_missing',
	);

	/** @var OAuthBridgeEntryState */
	private $state;

	/** @var int */
	private $now;

	/** @var array<int,array<string,string>> */
	private $uses;

	/**
	 * @param array<string,mixed>             $entry One entry of OAuthBridgeClient::getEntries
	 * @param int                             $now   Unix time
	 * @param array<int,array<string,string>> $uses  What uses it: OAuthBridgeUses::of
	 */
	public function __construct(array $entry, $now, array $uses = array())
	{
		$this->state = new OAuthBridgeEntryState($entry);
		$this->now = $now;
		$this->uses = $uses;
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
		$reason = $this->state->getReason();
		$html .= $reason === '' ? '' : '<p class="oauthbridge-reason">'.dol_escape_htmltag($reason).'</p>';
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

		$label = dol_escape_htmltag($langs->trans('OAuthBridgeStatus_'.$state->getStatus())); // an unknown key comes back as it is
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
		$icon = oauthbridgeIcon((string) $this->state->get('provider'));
		$html = '<header class="oauthbridge-head">';
		$html .= '<h3 id="'.$anchor.'-name">'.$icon.dol_escape_htmltag($entry).'</h3>';
		return $html.self::renderBadge($this->state).'</header>';
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
		foreach ($this->state->getFurtherWarnings() as $warning) {
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
		if (is_string($failure) && $failure !== '' && $this->state->getReason() !== $failure) {
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
		$account = $this->state->token('account');
		if (is_string($account) && $account !== '') {
			$name = preg_replace('/ \[[^\[\]]*\]$/D', '', $account); // the provider's own number of the account
			$shown = '<strong title="'.dol_escape_htmltag($account).'">'.dol_escape_htmltag($name).'</strong>';
			$html .= $this->fact('OAuthBridgeConnectedAccount', $shown);
		}
		$html .= $this->renderUses();
		$ends = $this->state->getTime('expires_at');
		if ($ends !== null) {
			$html .= $this->fact('OAuthBridgeExpires', $this->renderTime($ends, true));
		}
		$refreshed = $this->state->getTime('refreshed_at');
		if ($refreshed !== null) {
			$count = (int) $this->state->token('refresh_count');
			$times = $langs->trans($count === 1 ? 'OAuthBridgeRefreshedOnce' : 'OAuthBridgeRefreshedTimes', $count);
			$time = $this->renderTime($refreshed, true).' <span class="opacitymedium nowraponall">'.$times.'</span>';
			$html .= $this->fact('OAuthBridgeLastRefresh', $time);
		}
		$granted = $this->state->getTime('granted_at');
		if ($granted !== null && $this->state->hasToken()) {
			$html .= $this->fact('OAuthBridgeGranted', $this->renderTime($granted, false));
		}
		$html .= $this->renderAge();
		$scopes = $this->state->get('scopes');
		if (is_array($scopes) && $scopes) {
			$names = implode('</span> <span class="oauthbridge-code">', array_map('oauthbridgeBreakable', $scopes));
			$html .= $this->fact('OAuthBridgeScopes', '<span class="oauthbridge-code">'.$names.'</span>');
		}
		$redirect = $this->state->isLogin() ? oauthbridgeLoginCallback() : (string) $this->state->get('redirect_uri'); // older bridges
		if ($redirect !== '' && !$this->state->isAppOnly()) {
			$html .= $this->fact('OAuthBridgeRedirectUri', oauthbridgeCopyable($redirect));
		}
		return $html;
	}

	/**
	 * What uses the entry.
	 *
	 * @return string HTML
	 */
	private function renderUses()
	{
		global $langs, $user;

		if ($this->state->isLogin()) {
			return $this->fact('OAuthBridgeUsedBy', $langs->trans('OAuthBridgeUse_login'));
		}
		if (!$this->uses) {
			return $this->fact('OAuthBridgeUsedBy', '<span class="opacitymedium">'.$langs->trans('OAuthBridgeUse_nothing').'</span>');
		}
		$uses = array_map(static function ($use) use ($user) {
			$label = dol_escape_htmltag($use['label']);
			return $user->admin ? '<a href="'.dol_escape_htmltag($use['url']).'">'.$label.'</a>' : $label;
		}, $this->uses);
		$provider = strtok((string) $this->state->get('entry'), '-');
		if (!oauthbridgeMailFinds($provider)) {
			$uses[] = '<span class="warning">'.$langs->trans('OAuthBridgeUse_unknown', dol_escape_htmltag($provider)).'</span>';
		}
		return $this->fact('OAuthBridgeUsedBy', implode('<br>', $uses));
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
		return '<time class="nowraponall" '.$attributes.'>'.dol_print_date($time, 'dayhour', 'tzuserrel').'</time>';
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
