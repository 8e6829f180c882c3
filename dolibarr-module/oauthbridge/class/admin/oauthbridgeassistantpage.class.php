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
require_once __DIR__.'/oauthbridgeassistantforms.class.php';
require_once __DIR__.'/oauthbridgeentrycard.class.php';
require_once __DIR__.'/oauthbridgeentryresults.class.php';

/**
 * Renders one step. Everything is plain forms and links: it works by keyboard and without scripts.
 */
class OAuthBridgeAssistantPage extends OAuthBridgeAssistantForms
{
	/** @var array<string,string> OAuthBridgeAssistant::state() */
	private $state;

	/** @var OAuthBridgeMailServers */
	private $servers;

	/**
	 * @param array<string,string>   $state   OAuthBridgeAssistant::state()
	 * @param OAuthBridgeMailServers $servers Proposes mail servers
	 */
	public function __construct(array $state, OAuthBridgeMailServers $servers)
	{
		$this->state = $state;
		$this->servers = $servers;
	}

	/**
	 * The way: all steps, of which those before the present one are links.
	 *
	 * @param  string $step One of OAuthBridgeAssistant::STEPS
	 * @return string       HTML
	 */
	public function renderWay($step)
	{
		global $langs;

		$present = array_search($step, OAuthBridgeAssistant::STEPS, true);
		$html = '<nav aria-label="'.dol_escape_htmltag($langs->trans('OAuthBridgeAssistant')).'"><ol class="oauthbridge-way">';
		foreach (OAuthBridgeAssistant::STEPS as $number => $name) {
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
		$providers = array_map('dol_escape_htmltag', array_column(OAuthBridgeAssistant::PROVIDERS, 'name'));
		$html = $this->open('choose');
		$html .= $this->radios('purpose', 'OAuthBridgeWhatFor', $purposes, $this->state['purpose']);
		$names = array_combine(array_keys(OAuthBridgeAssistant::PROVIDERS), $providers);
		$html .= $this->radios('provider', 'OAuthBridgeWithWhom', $names, $this->state['provider']);
		return $html.$this->submit('Next').'</form>';
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
		$html .= '</ol>';
		if ($provider['console'] !== '') {
			$html .= '<p><a target="_blank" rel="noopener noreferrer" href="'.dol_escape_htmltag($provider['console']).'">';
			$html .= dol_escape_htmltag($provider['console']).'</a></p>';
		}
		$html .= '<p>'.$langs->trans('OAuthBridgeRedirectUriToCopy').'<br>';
		$html .= '<span class="oauthbridge-code">'.showValueWithClipboardCPButton($redirectUri, 1).'</span></p>';

		$html .= $this->open('application');
		if (!$isLogin) {
			$html .= $this->field('label', 'OAuthBridgeLabel', $this->state['label'], 'required maxlength="20" pattern="[A-Za-z0-9]+"');
		}
		if (OAuthBridgeAssistant::exists($this->state['entry'])) {
			$html .= '<p class="oauthbridge-choice"><input type="checkbox" id="oauthbridge-replace" name="replace" value="1"> ';
			$html .= '<label for="oauthbridge-replace">';
			$html .= $langs->trans('OAuthBridgeReplaceEntry', dol_escape_htmltag($this->state['entry'])).'</label></p>';
		}
		$isKnown = OAuthBridgeAssistant::exists($this->state['entry']);
		$required = $isKnown ? '' : 'required ';
		foreach ($provider['fields'] as $field) {
			$key = 'OAuthBridgeField_'.$field;
			$html .= $this->field(strtolower($field), $key, $this->state[strtolower($field)], $required.'maxlength="255"');
		}
		$form = $required.'pattern="'.dol_escape_htmltag($provider['id']).'"';
		$key = 'OAuthBridgeWrong_id_'.strtolower($name);
		$form .= ' title="'.dol_escape_htmltag($langs->transnoentitiesnoconv($key)).'"';
		$html .= $this->field('client_id', 'OAuthBridgeField_ID', $this->state['client_id'], $form);
		$wrong = dol_escape_htmltag($langs->transnoentitiesnoconv('OAuthBridgeWrong_secret'));
		$form = $required.'pattern="\S+" title="'.$wrong.'"';
		$html .= $this->field('client_secret', 'OAuthBridgeField_SECRET', '', $form, 'password');
		$html .= '<details'.($name === 'GENERIC' ? ' open' : '').'><summary>'.$langs->trans('OAuthBridgeScopesForExperts').'</summary>';
		$html .= $this->field('scopes', 'OAuthBridgeScopes', $this->state['scopes'], 'required').'</details>';
		return $html.$this->submit('Next').'</form>';
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
		$html .= '<div class="oauthbridge-buttons">';
		$class = $state->hasToken() && !$state->needsPerson() ? 'button' : 'butAction';
		$html .= $this->open('connect', 'oauthbridge-inline').'<button type="submit" class="'.$class.'">';
		$html .= $langs->trans('OAuthBridgeConnectBrowser').'</button></form>';
		if ($state->hasDeviceFlow()) {
			$html .= $this->open('connectdevice', 'oauthbridge-inline').'<button type="submit" class="button">';
			$html .= $langs->trans('OAuthBridgeConnectDevice').'</button></form>';
		}
		return $html.($state->hasToken() ? $this->next('try') : '').'</div>';
	}

	/**
	 * Step 4: the mail servers.
	 *
	 * @param  array<string,array<string,mixed>> $checks The last tests, by protocol
	 * @return string                                    HTML
	 */
	public function renderTry(array $checks)
	{
		global $langs;

		$html = '<p class="opacitymedium">'.$langs->trans('OAuthBridgeTestExplained').'</p><div class="oauthbridge-cards">';
		$provider = ucfirst(strtolower($this->state['provider']));
		foreach (array('smtp' => 'collect', 'imap' => 'send') as $protocol => $other) {
			if ($this->state['purpose'] === $other) {
				continue;
			}
			$proposed = $protocol === 'smtp'
				? $this->servers->findSmtp($this->state['entry'], $provider)
				: $this->servers->findImap($this->state['entry'], $provider);
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
			$html .= $this->submit('OAuthBridgeTest').'</form>';
			$html .= isset($checks[$protocol]) ? OAuthBridgeEntryResults::renderCheck($checks[$protocol]) : '';
			$html .= '</section>';
		}
		return $html.'</div><div class="oauthbridge-buttons">'.$this->next('use').'</div>';
	}

	/**
	 * Step 5: what uses the entry.
	 *
	 * @param  array<string,array<string,mixed>> $checks The last tests, by protocol
	 * @return string                                    HTML
	 */
	public function renderUse(array $checks)
	{
		global $langs;

		if ($this->state['purpose'] === 'login') {
			if (oauthbridgeLoginIsInConf()) {
				return '<p>'.$langs->trans('OAuthBridgeLoginReady').'</p>';
			}
			$line = '$dolibarr_main_authentication=\'dolibarr,oauthbridge\';';
			$html = '<p>'.$langs->trans('OAuthBridgeConfLine').'</p>';
			$html .= '<pre class="oauthbridge-command">'.dol_escape_htmltag($line).'</pre>';
			return $html.$this->link('use', 'OAuthBridgeCheckAgain');
		}
		$html = '';
		if ($this->state['purpose'] !== 'collect') {
			$html .= '<h3>'.$langs->trans('OAuthBridgePurpose_send').'</h3>';
			$first = '<p>'.$langs->trans('OAuthBridgeTestFirst').'</p>';
			$html .= isset($checks['smtp']) ? $this->renderChanges($checks['smtp']['server']) : $first;
		}
		if ($this->state['purpose'] !== 'send') {
			$html .= '<h3>'.$langs->trans('OAuthBridgePurpose_collect').'</h3><p>'.$langs->trans('OAuthBridgeCollectorHow');
			$html .= ' <strong>'.dol_escape_htmltag($this->state['entry']).'</strong></p>';
			$html .= '<a class="button" href="'.DOL_URL_ROOT.'/admin/emailcollector_list.php">';
			$html .= $langs->trans('OAuthBridgeCollectors').'</a>';
		}
		return $html;
	}

	/**
	 * Which mail settings change from what to what.
	 *
	 * @param  array<string,mixed> $server The server that was tested
	 * @return string                      HTML
	 */
	private function renderChanges(array $server)
	{
		global $langs;

		$changes = OAuthBridgeAssistant::findMailChanges($this->state['entry'], $server);
		$html = '';
		if (getDolGlobalString(OAuthBridgeAssistant::UNDO) !== '') {
			$html .= $this->open('undomail', 'oauthbridge-inline').'<button type="submit" class="button">';
			$html .= $langs->trans('OAuthBridgeMailUndo').'</button></form>';
		}
		if (!$changes) {
			return '<p>'.$langs->trans('OAuthBridgeMailUsesEntry', dol_escape_htmltag($this->state['entry'])).'</p>'.$html;
		}
		$rows = '';
		foreach ($changes as $name => list($now, $then)) {
			$rows .= '<tr class="oddeven"><td>'.$name.'</td><td>'.dol_escape_htmltag($now).'</td>';
			$rows .= '<td>'.dol_escape_htmltag($then).'</td></tr>';
		}
		$table = '<div class="div-table-responsive"><table class="noborder centpercent"><tr class="liste_titre"><th></th>';
		$table .= '<th>'.$langs->trans('OAuthBridgeNow').'</th><th>'.$langs->trans('OAuthBridgeThen').'</th></tr>'.$rows.'</table></div>';
		return $table.$this->open('usemail', 'oauthbridge-inline').$this->submit('OAuthBridgeMailChange').'</form>'.$html;
	}
}
