<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistantusepage.class.php
 * \ingroup    oauthbridge
 * \brief      The last step of the assistant as HTML
 */

require_once __DIR__.'/oauthbridgeassistantforms.class.php';
require_once __DIR__.'/oauthbridgecollectors.class.php';
require_once __DIR__.'/oauthbridgeentryresults.class.php';
require_once __DIR__.'/oauthbridgemailservers.class.php';
require_once __DIR__.'/oauthbridgemailsettings.class.php';

/**
 * Renders what of Dolibarr's settings changes from what to what.
 */
abstract class OAuthBridgeAssistantUsePage extends OAuthBridgeAssistantForms
{
	/** @var array<string,string> OAuthBridgeAssistant::state() */
	protected $state;

	/** @var OAuthBridgeMailServers */
	protected $servers;

	/** @var OAuthBridgeCollectors */
	protected $collectors;

	/**
	 * @param array<string,string>   $state      OAuthBridgeAssistant::state()
	 * @param OAuthBridgeMailServers $servers    Proposes mail servers
	 * @param OAuthBridgeCollectors  $collectors Dolibarr's e-mail collectors
	 */
	public function __construct(array $state, OAuthBridgeMailServers $servers, OAuthBridgeCollectors $collectors)
	{
		$this->state = $state;
		$this->servers = $servers;
		$this->collectors = $collectors;
	}

	/**
	 * Step 5: what uses the entry.
	 *
	 * @param  array<string,array<string,mixed>> $checks The last tests, by protocol
	 * @param  int                               $chosen Id of the collector to show; 0 for a new one
	 * @return string                                    HTML
	 */
	public function renderUse(array $checks, $chosen)
	{
		global $langs;

		if ($this->state['purpose'] === 'api') {
			return '<p>'.$langs->trans('OAuthBridgeApiReady', dol_escape_htmltag($this->state['entry'])).'</p>'.$this->renderEnd();
		}
		if ($this->state['purpose'] === 'login') {
			if (oauthbridgeLoginIsInConf()) {
				return '<p>'.$langs->trans('OAuthBridgeLoginReady').'</p>'.$this->renderEnd();
			}
			$html = '<p>'.$langs->trans('OAuthBridgeConfLine').'</p>'.OAuthBridgeEntryResults::renderConfLine();
			return $html.$this->link('use', 'OAuthBridgeCheckAgain');
		}
		$first = '<p>'.$langs->trans('OAuthBridgeTestFirst').'</p>';
		$html = '';
		if ($this->state['purpose'] !== 'collect') {
			$html .= '<section><h3>'.$langs->trans('OAuthBridgePurpose_send').'</h3>';
			$html .= (isset($checks['smtp']) ? $this->renderMail($checks['smtp']['server']) : $first).'</section>';
		}
		if ($this->state['purpose'] !== 'send') {
			$html .= '<section><h3>'.$langs->trans('OAuthBridgePurpose_collect').'</h3>';
			$html .= (isset($checks['imap']) ? $this->renderCollectors($checks['imap']['server'], $chosen) : $first).'</section>';
		}
		return $html.$this->renderEnd();
	}

	/**
	 * The way out.
	 *
	 * @return string HTML
	 */
	private function renderEnd()
	{
		global $langs;

		$html = '<div class="oauthbridge-buttons oauthbridge-end"><a class="button" href="';
		$html .= dol_escape_htmltag(oauthbridgeEntriesUrl($this->state['entry'])).'">'.$langs->trans('OAuthBridgeEntries').'</a>';
		$html .= $this->open('restart', 'oauthbridge-inline').'<button type="submit" class="button">';
		return $html.$langs->trans('OAuthBridgeAnother').'</button></form></div>';
	}

	/**
	 * Which mail settings change from what to what.
	 *
	 * @param  array<string,mixed> $server The server that was tested
	 * @return string                      HTML
	 */
	private function renderMail(array $server)
	{
		global $langs;

		$changes = OAuthBridgeMailSettings::findChanges($this->state['entry'], $server);
		$html = $changes
			? $this->renderTable($changes)
			: '<p>'.$langs->trans('OAuthBridgeMailUsesEntry', dol_escape_htmltag($this->state['entry'])).'</p>';
		$html .= '<div class="oauthbridge-buttons">';
		$html .= $changes ? $this->open('usemail', 'oauthbridge-inline').$this->button('OAuthBridgeMailChange', 'butAction') : '';
		$html .= $this->renderUndo(OAuthBridgeMailSettings::UNDO, 'undomail', 'OAuthBridgeMailUndo');
		return $html.'</div>';
	}

	/**
	 * Which collector changes from what to what.
	 *
	 * @param  array<string,mixed> $server The server that was tested
	 * @param  int                 $chosen Id of the collector to show; 0 for a new one
	 * @return string                      HTML
	 */
	private function renderCollectors(array $server, $chosen)
	{
		global $langs;

		if (!isModEnabled('emailcollector')) {
			return '<p>'.$langs->trans('OAuthBridgeCollectorModule').'</p>';
		}
		$all = $this->collectors->list();
		$chosen = isset($all[$chosen]) ? $chosen : 0;
		$html = '<form method="GET" action="'.dol_escape_htmltag(dol_buildpath('/oauthbridge/admin/connect.php', 1)).'">';
		$html .= '<input type="hidden" name="step" value="use"><label for="oauthbridge-collector">';
		$html .= $langs->trans('OAuthBridgeCollectorWhich').'</label> ';
		$html .= '<select class="flat" id="oauthbridge-collector" name="collector" data-oauthbridge-submit>';
		foreach (array($langs->trans('OAuthBridgeCollectorNew')) + array_map('dol_escape_htmltag', $all) as $id => $name) {
			$html .= '<option value="'.$id.'"'.($id === $chosen ? ' selected' : '').'>'.$name.'</option>';
		}
		$html .= '</select> <button type="submit" class="button small">'.$langs->trans('OAuthBridgeShow').'</button></form>';
		$changes = $this->collectors->findChanges($chosen, $this->state['entry'], $server);
		if ($changes) {
			$html .= $this->renderTable($changes);
		} else {
			$name = dol_escape_htmltag($all[$chosen] ?? '');
			$html .= '<p>'.$langs->trans('OAuthBridgeCollectorUsesEntry', $name, dol_escape_htmltag($this->state['entry']));
			$html .= ' <a href="'.DOL_URL_ROOT.'/admin/emailcollector_card.php?id='.$chosen.'">'.$langs->trans('OAuthBridgeCollectorOpen');
			$html .= '</a></p>';
		}
		$html .= '<div class="oauthbridge-buttons">';
		if ($changes) {
			$html .= $this->open('usecollector', 'oauthbridge-inline').'<input type="hidden" name="collector" value="'.$chosen.'">';
			$html .= $this->button($chosen > 0 ? 'OAuthBridgeCollectorChange' : 'OAuthBridgeCollectorMake', 'butAction');
		}
		return $html.$this->renderUndo(OAuthBridgeCollectors::UNDO, 'undocollector', 'OAuthBridgeCollectorUndo').'</div>';
	}

	/**
	 * The button that puts settings back.
	 *
	 * @param  string $constant Constant that keeps them
	 * @param  string $action   A key of OAuthBridgeAssistantActions::ALL
	 * @param  string $label    Key of its label
	 * @return string           HTML; empty where there is nothing to put back
	 */
	private function renderUndo($constant, $action, $label)
	{
		return getDolGlobalString($constant) === '' ? '' : $this->open($action, 'oauthbridge-inline').$this->button($label, 'button');
	}

	/**
	 * A submit button and the end of its form.
	 *
	 * @param  string $label Key of its label
	 * @param  string $class CSS class
	 * @return string        HTML
	 */
	private function button($label, $class)
	{
		global $langs;

		return '<button type="submit" class="'.$class.'">'.$langs->trans($label).'</button></form>';
	}
}
