<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistantpage.class.php
 * \ingroup    oauthbridge
 * \brief      The steps of the assistant as HTML
 */

require_once __DIR__.'/oauthbridgeassistantactions.class.php';
require_once __DIR__.'/oauthbridgeassistantusepage.class.php';
require_once __DIR__.'/oauthbridgeentrycard.class.php';
require_once __DIR__.'/oauthbridgeentryresults.class.php';

/**
 * Renders one step. Everything is plain forms and links: it works by keyboard and without scripts.
 */
class OAuthBridgeAssistantPage extends OAuthBridgeAssistantUsePage
{
	/**
	 * The way: all steps, of which those before the present one are links.
	 *
	 * @param  string $step One of OAuthBridgeAssistant::STEPS
	 * @return string       HTML
	 */
	public function renderWay($step)
	{
		global $langs;

		$steps = OAuthBridgeAssistant::stepsFor($this->state['purpose']);
		$present = array_search($step, $steps, true);
		$html = '<nav aria-label="'.dol_escape_htmltag($langs->trans('OAuthBridgeAssistant')).'"><ol class="oauthbridge-way">';
		foreach ($steps as $number => $name) {
			$key = 'OAuthBridgeStep_'.$name;
			$text = $langs->trans($key);
			$isLink = $number < $present || ($this->state['entry'] !== '' && OAuthBridgeAssistant::exists($this->state['entry']));
			$link = '<a href="'.dol_escape_htmltag(OAuthBridgeAssistant::url($name)).'">'.$text.'</a>';
			$here = '<li class="oauthbridge-here" aria-current="step">'.$text.'</li>';
			$html .= $number === $present ? $here : '<li>'.($isLink ? $link : $text).'</li>';
		}
		return $html.'</ol></nav>';
	}

	/**
	 * Step 1: what for, and with whom.
	 *
	 * @return string HTML
	 */
	public function renderChoose()
	{
		global $langs;

		$purposes = array();
		foreach (OAuthBridgeAssistant::PURPOSES as $purpose) {
			$key = 'OAuthBridgePurpose_'.$purpose;
			$purposes[$purpose] = $langs->trans($key);
		}
		$offered = OAuthBridgeAssistant::offered();
		$names = array_map('dol_escape_htmltag', array_combine(array_keys($offered), array_column($offered, 'name')));
		$html = $this->open('choose');
		$html .= $this->radios('purpose', 'OAuthBridgeWhatFor', $purposes, $this->state['purpose']);
		$fits = array();
		foreach (array_keys($names) as $provider) {
			$fits[$provider] = implode(' ', OAuthBridgeAssistant::purposesOf($provider));
		}
		$html .= $this->radios('provider', 'OAuthBridgeWithWhom', $names, $this->state['provider'], $fits);
		return $html.OAuthBridgePresets::renderChoice($this->state['preset']).$this->submit('Next').'</form>';
	}

	/**
	 * Step 2: the application at the provider.
	 *
	 * @return string HTML
	 */
	public function renderApplication()
	{
		global $langs;

		$name = $this->state['provider'];
		$provider = OAuthBridgeAssistant::PROVIDERS[$name];
		$isLogin = $this->state['purpose'] === 'login';
		$redirectUri = $isLogin ? oauthbridgeLoginCallback() : dol_buildpath('/oauthbridge/callback.php', 3);
		$html = '<ol class="oauthbridge-how">';
		for ($number = 1; $number <= $provider['steps']; $number++) {
			$key = 'OAuthBridgeHow_'.$name.'_'.$number;
			$html .= '<li>'.$langs->trans($key).'</li>';
		}
		$html .= '</ol>'.OAuthBridgePresets::renderHints($this->state['preset']);
		if ($provider['console'] !== '') {
			$html .= '<p><a target="_blank" rel="noopener noreferrer" href="'.dol_escape_htmltag($provider['console']).'">';
			$html .= oauthbridgeBreakable($provider['console']).'</a></p>';
		}
		if ($name !== 'MICROSOFTAPP') { // nobody's browser goes there
			$html .= '<p>'.$langs->trans('OAuthBridgeRedirectUriToCopy').'<br>'.oauthbridgeCopyable($redirectUri).'</p>';
		}
		if ($this->isTakenOver()) {
			$html .= '<p class="oauthbridge-note">'.$langs->trans('OAuthBridgeTakenOver', dol_escape_htmltag($this->state['from'])).'</p>';
		}
		return $html.$this->open('application').$this->renderFields($name, $provider, $isLogin).$this->submit('Next').'</form>';
	}

	/**
	 * Whether the client secret is taken over from another entry.
	 *
	 * @return bool True if so
	 */
	private function isTakenOver()
	{
		return OAuthBridgeAssistantAlso::secretFor($this->state) !== '';
	}

	/**
	 * The fields of the application.
	 *
	 * @param  string              $name     A key of OAuthBridgeAssistant::PROVIDERS
	 * @param  array<string,mixed> $provider Its value
	 * @param  bool                $isLogin  Whether the entry is for the sign-in
	 * @return string                        HTML
	 */
	private function renderFields($name, array $provider, $isLogin)
	{
		global $langs;

		$html = '';
		if (!$isLogin) {
			$form = 'required maxlength="20" pattern="[A-Za-z0-9]+"';
			$html .= $this->field('label', 'OAuthBridgeLabel', $this->state['label'], $form, 'text', '', 'OAuthBridgeWrong_label');
		}
		$isKnown = OAuthBridgeAssistant::exists($this->state['entry']);
		if ($isKnown) {
			$label = $langs->trans('OAuthBridgeReplaceEntry', dol_escape_htmltag($this->state['entry']));
			$html .= oauthbridgeCheckbox('oauthbridge-replace', 'replace', $label);
		}
		$required = $isKnown ? '' : 'required ';
		$forms = array('TENANT' => '[A-Za-z0-9.\-]+', 'URL' => '(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:\/])\S+');
		foreach ($provider['fields'] as $field) {
			$key = 'OAuthBridgeField_'.$field;
			$hint = 'OAuthBridgeWrong_'.strtolower($field);
			$form = $required.'maxlength="255" pattern="'.dol_escape_htmltag($forms[$field]).'"';
			$urls = $field === 'URL' ? OAuthBridgePresets::renderUrls($this->state['preset']) : '';
			$form .= $urls === '' ? '' : ' list="oauthbridge-urls"';
			$html .= $urls.$this->field(strtolower($field), $key, $this->state[strtolower($field)], $form, 'text', '', $hint);
		}
		$form = $required.'pattern="'.dol_escape_htmltag($provider['id']).'"';
		$hint = 'OAuthBridgeWrong_id_'.strtolower($name);
		$html .= $this->field('client_id', 'OAuthBridgeField_ID', $this->state['client_id'], $form, 'text', '', $hint);
		$isGuid = OAuthBridgeAssistant::hasSecretIds($name);
		$form = ($this->isTakenOver() ? '' : $required).'pattern="'.($isGuid ? '(?!'.OAuthBridgeAssistant::GUID.'$)' : '').'\S+"';
		$hint = $isGuid ? 'OAuthBridgeHint_secret_id' : 'OAuthBridgeWrong_secret';
		$html .= $this->field('client_secret', 'OAuthBridgeField_SECRET', '', $form, 'password', '', $hint);
		$html .= '<details'.($name === 'GENERIC' ? ' open' : '').'><summary>'.$langs->trans('OAuthBridgeScopesForExperts').'</summary>';
		return $html.$this->field('scopes', 'OAuthBridgeScopes', $this->state['scopes'], 'required').'</details>';
	}

	/**
	 * Step 3: the connection.
	 *
	 * @param  array<string,mixed> $entry One entry of OAuthBridgeClient::getEntries
	 * @param  int                 $now   Unix time
	 * @return string                     HTML
	 */
	public function renderConnect(array $entry, $now)
	{
		global $langs;

		$state = new OAuthBridgeEntryState($entry);
		$html = (new OAuthBridgeEntryCard($entry, $now))->render('');
		$isGood = $state->hasToken() && !$state->needsPerson();
		$class = $isGood ? 'button' : 'butAction';
		$action = $state->isAppOnly() ? 'connectapp' : 'connect';
		$label = $state->isAppOnly() ? 'OAuthBridgeConnect' : 'OAuthBridgeConnectBrowser';
		$html .= $this->open($action, '');
		if ($state->hasToken() && !$state->isAppOnly()) {
			$mayChange = $langs->trans('OAuthBridgeAccountMayChange');
			$html .= oauthbridgeCheckbox('oauthbridge-confirm_account_change', 'confirm_account_change', $mayChange);
		}
		$html .= '<div class="oauthbridge-buttons"><button type="submit" class="'.$class.'">';
		$html .= $langs->trans($isGood ? 'OAuthBridgeConnectAgain' : $label).'</button>';
		if ($state->hasDeviceFlow()) {
			$html .= '<button type="submit" class="button" name="action" value="connectdevice">';
			$html .= $langs->trans('OAuthBridgeConnectDevice').'</button>';
		}
		return $html.($state->hasToken() ? $this->next($this->state['purpose'] === 'api' ? 'use' : 'try') : '').'</div></form>';
	}

	/**
	 * Step 4: the mail servers.
	 *
	 * @param  array<string,array<string,mixed>> $checks  The last tests, by protocol
	 * @param  string                            $account The account that gave the consent; empty where it is unknown
	 * @param  string                            $own     The user's own address, for a test mail
	 * @return string                                     HTML
	 */
	public function renderTry(array $checks, $account, $own)
	{
		global $langs;

		$html = '<p class="opacitymedium">'.$langs->trans('OAuthBridgeTryExplained').'</p><div class="oauthbridge-cards">';
		$provider = ucfirst(strtolower($this->state['provider']));
		foreach (array('smtp' => 'collect', 'imap' => 'send') as $protocol => $other) {
			if ($this->state['purpose'] === $other) {
				continue;
			}
			$proposed = $protocol === 'smtp'
				? $this->servers->findSmtp($this->state['entry'], $provider, $account)
				: $this->servers->findImap($this->state['entry'], $provider, $account);
			$server = isset($checks[$protocol]) ? $checks[$protocol]['server'] : $proposed;
			$html .= '<section class="oauthbridge-card"><h3>'.strtoupper($protocol).'</h3>'.$this->open('check'.$protocol);
			$html .= $this->field('host', 'OAuthBridgeHost', $server['host'], 'required maxlength="255"', 'text', $protocol);
			$form = 'required min="1" max="65535"';
			$html .= $this->field('port', 'OAuthBridgePort', (string) $server['port'], $form, 'number', $protocol);
			$html .= '<label for="oauthbridge-'.$protocol.'-security">'.$langs->trans('OAuthBridgeSecurity').'</label>';
			$html .= '<select class="flat" id="oauthbridge-'.$protocol.'-security" name="security">';
			foreach (array('tls', 'starttls', 'none') as $security) {
				$key = 'OAuthBridgeSecurity_'.$security;
				$html .= '<option value="'.$security.'"'.($security === $server['security'] ? ' selected' : '').'>';
				$html .= $langs->trans($key).'</option>';
			}
			$html .= '</select>';
			$html .= $this->field('username', 'OAuthBridgeMailbox', $server['username'], 'required maxlength="320"', 'text', $protocol);
			if ($protocol === 'smtp') {
				$form = 'maxlength="320" placeholder="'.dol_escape_htmltag($langs->transnoentitiesnoconv('OAuthBridgeExample', $own)).'"';
				$to = isset($server['send_to']) ? $server['send_to'] : '';
				$html .= $this->field('send_to', 'OAuthBridgeSendTestMailTo', $to, $form, 'email', $protocol);
			}
			$html .= $this->submit('OAuthBridgeTest').'</form>';
			$html .= isset($checks[$protocol]) ? OAuthBridgeEntryResults::renderCheck($checks[$protocol]) : '';
			$html .= '</section>';
		}
		return $html.'</div><div class="oauthbridge-buttons">'.$this->next('use').'</div>';
	}
}
