<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistantusepage.class.php
 * \ingroup    oauthbridge
 * \brief      The last step of the assistant as HTML
 */

require_once __DIR__.'/oauthbridgeassistantalso.class.php';
require_once __DIR__.'/oauthbridgeassistantforms.class.php';
require_once __DIR__.'/oauthbridgeassistantuse.class.php';
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
			return $html.$this->link('use', 'OAuthBridgeCheckAgain').$this->renderAlso();
		}
		$smtp = $checks['smtp'] ?? null;
		$imap = $checks['imap'] ?? null;
		$html = '';
		if ($this->state['purpose'] !== 'collect') {
			$html .= '<section><h3>'.$langs->trans('OAuthBridgePurpose_send').'</h3>';
			$html .= OAuthBridgeAssistantUse::isPassed($smtp) ? $this->renderMail($smtp['server']) : $this->renderNotPassed($smtp);
			$html .= $this->renderMailUndo().'</section>';
		}
		if ($this->state['purpose'] !== 'send') {
			$html .= '<section><h3>'.$langs->trans('OAuthBridgePurpose_collect').'</h3>';
			$html .= OAuthBridgeAssistantUse::isPassed($imap)
				? $this->renderCollectors($imap['server'], $chosen)
				: $this->renderNotPassed($imap);
			$html .= $this->renderCollectorUndo($chosen).'</section>';
		}
		return $html.$this->renderEnd();
	}

	/**
	 * What stands in place of the settings while no test has passed.
	 *
	 * @param  array<string,mixed>|null $check The test that failed; null where there was none
	 * @return string                          HTML
	 */
	private function renderNotPassed($check)
	{
		global $langs;

		return ($check === null ? '' : OAuthBridgeEntryResults::renderCheck($check)).'<p>'.$langs->trans('OAuthBridgeTestFirst').'</p>'
			.'<div class="oauthbridge-buttons">'.$this->link('try', 'OAuthBridgeStep_try').'</div>';
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
		$html .= $this->renderAlso().$this->open('restart', 'oauthbridge-inline');
		return $html.$this->button('OAuthBridgeAnother', 'button').'</div>';
	}

	/**
	 * The way to a second entry with the same application.
	 *
	 * @return string HTML; empty where there is none
	 */
	private function renderAlso()
	{
		$purpose = OAuthBridgeAssistantAlso::purposeAfter($this->state);
		$key = 'OAuthBridgeAlso_'.$purpose;
		return $purpose === '' ? '' : $this->open('also', 'oauthbridge-inline').$this->button($key, 'button');
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
		if (!$changes) {
			return '<p>'.$langs->trans('OAuthBridgeMailUsesEntry', dol_escape_htmltag($this->state['entry'])).'</p>';
		}
		return $this->renderTable($changes).'<div class="oauthbridge-buttons">'.$this->open('usemail', 'oauthbridge-inline')
			.$this->button('OAuthBridgeMailChange', 'butAction').'</div>';
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
			$html .= '<p>'.($this->collectors->isOn($chosen)
				? $langs->trans('OAuthBridgeCollectorUsesEntry', $name, dol_escape_htmltag($this->state['entry']))
				: $langs->trans('OAuthBridgeCollectorMade'));
			$html .= ' <a href="'.DOL_URL_ROOT.'/admin/emailcollector_card.php?id='.$chosen.'">'.$langs->trans('OAuthBridgeCollectorOpen');
			$html .= '</a></p>';
		}
		if ($changes) {
			$html .= '<div class="oauthbridge-buttons">'.$this->open('usecollector', 'oauthbridge-inline');
			$html .= '<input type="hidden" name="collector" value="'.$chosen.'">';
			$html .= $this->button($chosen > 0 ? 'OAuthBridgeCollectorChange' : 'OAuthBridgeCollectorMake', 'butAction').'</div>';
		}
		return $html;
	}

	/**
	 * Which mail settings can be put back.
	 *
	 * @return string HTML; empty where there is nothing to put back
	 */
	private function renderMailUndo()
	{
		global $langs;

		$changes = OAuthBridgeMailSettings::findUndo();
		$text = $langs->trans('OAuthBridgeUndoWrites');
		$left = OAuthBridgeMailSettings::findChangedSince();
		return $changes ? $this->renderUndo($text, $changes, $left, 'undomail', 'OAuthBridgeMailUndo') : '';
	}

	/**
	 * What of a collector can be put back.
	 *
	 * @param  int    $chosen Id of the collector that is shown
	 * @return string         HTML; empty where there is nothing to put back
	 */
	private function renderCollectorUndo($chosen)
	{
		global $langs;

		$undo = isModEnabled('emailcollector') ? $this->collectors->findUndo() : null;
		if ($undo === null) {
			return '';
		}
		$name = dol_escape_htmltag($undo['name']);
		if ($undo['isUsed']) {
			return $chosen === $undo['id'] ? '<p class="opacitymedium">'.$langs->trans('OAuthBridgeCollectorInUse', $name).'</p>' : '';
		}
		$text = $langs->trans($undo['isNew'] ? 'OAuthBridgeCollectorUndoDeletes' : 'OAuthBridgeCollectorUndoWrites', $name);
		return $this->renderUndo($text, $undo['changes'], $undo['left'], 'undocollector', 'OAuthBridgeCollectorUndo');
	}

	/**
	 * What an undo writes, and its button.
	 *
	 * @param  string                                 $text    What it does: HTML
	 * @param  array<string,array{0:string,1:string}> $changes Value now and then, by name
	 * @param  string[]                               $left    Names of what stays as it is
	 * @param  string                                 $action  A key of OAuthBridgeAssistantActions::ALL
	 * @param  string                                 $label   Key of the button's label
	 * @return string                                          HTML
	 */
	private function renderUndo($text, array $changes, array $left, $action, $label)
	{
		global $langs;

		$html = '<div class="oauthbridge-undo"><p>'.$text.'</p>'.($changes ? $this->renderTable($changes) : '');
		$html .= $left ? '<p>'.$langs->trans('OAuthBridgeUndoLeaves', dol_escape_htmltag(implode(', ', $left))).'</p>' : '';
		$html .= '<div class="oauthbridge-buttons">'.$this->open($action, 'oauthbridge-inline').$this->button($label, 'button');
		return $html.'</div></div>';
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
