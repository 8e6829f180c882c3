<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentrybuttons.class.php
 * \ingroup    oauthbridge
 * \brief      The buttons of a card, and the dialogs that some of them open
 */

require_once __DIR__.'/oauthbridgeentrystate.class.php';
require_once __DIR__.'/oauthbridgemailservers.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * Every change is a form sent by POST with Dolibarr's token. A dialog is a form on the page that a script shows above it; its
 * button asks for the page with the dialog open where there is no script.
 */
class OAuthBridgeEntryButtons
{
	/** @var OAuthBridgeMailServers */
	private $servers;

	/** @var string */
	private $opened;

	/**
	 * @param OAuthBridgeMailServers $servers Proposes mail servers
	 * @param string                 $opened  The dialog that is open already: ENTRY and its word, separated by a space
	 */
	public function __construct(OAuthBridgeMailServers $servers, $opened = '')
	{
		$this->servers = $servers;
		$this->opened = $opened;
	}

	/**
	 * The buttons that fit the state of an entry.
	 *
	 * @param  OAuthBridgeEntryState $state The state
	 * @return string                       HTML
	 */
	public function render(OAuthBridgeEntryState $state)
	{
		global $langs;

		$entry = (string) $state->get('entry');
		if (!$state->get('complete')) {
			return '<a class="butAction" href="'.DOL_URL_ROOT.'/admin/oauth.php">'.$langs->trans('OAuthBridgeComplete').'</a>';
		}
		if ($state->isLogin()) {
			return '<span class="opacitymedium">'.$langs->trans('OAuthBridgeLoginNeedsNoToken').'</span>';
		}

		$again = $state->hasToken();
		if ($state->isAppOnly()) {
			$html = $this->button($entry, 'connectapp', $again ? 'OAuthBridgeConnectAgain' : 'OAuthBridgeConnect', $again ? 'button' : 'butAction');
		} else {
			$html = $again ? $this->opener($entry, 'connect', 'OAuthBridgeConnectAgain', $state->isRenewable() ? 'button' : 'butAction') : $this->button($entry, 'connect', 'OAuthBridgeConnect');
			$html .= $state->hasDeviceFlow() && !$again ? $this->button($entry, 'connectdevice', 'OAuthBridgeConnectDevice', 'button') : '';
		}
		if ($state->isRenewable()) {
			$html .= $this->button($entry, 'renew', 'OAuthBridgeRenew');
		}
		if ($again) {
			$html .= $this->opener($entry, 'smtp', 'OAuthBridgeTestSmtp').$this->opener($entry, 'imap', 'OAuthBridgeTestImap');
			$html .= $this->opener($entry, 'revoke', 'OAuthBridgeRevoke', 'butActionDelete');
		}
		return $html;
	}

	/**
	 * The dialogs of an entry.
	 *
	 * @param  OAuthBridgeEntryState $state The state
	 * @return string                       HTML
	 */
	public function renderDialogs(OAuthBridgeEntryState $state)
	{
		if (!$state->get('complete') || $state->isLogin() || !$state->hasToken()) {
			return '';
		}
		$entry = (string) $state->get('entry');
		$provider = (string) $state->get('provider');
		return ($state->isAppOnly() ? '' : $this->renderConnect($entry, $state->hasDeviceFlow()))
			.$this->renderCheck($entry, 'smtp', $this->servers->findSmtp($entry, $provider))
			.$this->renderCheck($entry, 'imap', $this->servers->findImap($entry, $provider))
			.$this->renderRevoke($entry);
	}

	/**
	 * The choices before an entry is connected again.
	 *
	 * @param  string $entry           Name of the entry
	 * @param  bool   $hasDeviceFlow Whether the consent can be given on another device
	 * @return string                  HTML
	 */
	private function renderConnect($entry, $hasDeviceFlow)
	{
		global $langs;

		$id = oauthbridgeAnchor($entry).'-connect';
		$html = '<p class="opacitymedium">'.$langs->trans('OAuthBridgeConnectExplained').'</p>';
		$html .= $this->field($id, 'login_hint', 'OAuthBridgeAccountHint', 'type="text" maxlength="320" spellcheck="false" autocapitalize="off"', '');
		$html .= '<p class="oauthbridge-choice"><input type="checkbox" id="'.$id.'-change" name="confirm_account_change" value="1"> <label for="'.$id.'-change">'.$langs->trans('OAuthBridgeAccountMayChange').'</label></p>';
		$device = $hasDeviceFlow ? '<button type="submit" class="button" name="action" value="connectdevice">'.$langs->trans('OAuthBridgeConnectDevice').'</button>' : '';
		return $this->dialog($entry, 'connect', 'OAuthBridgeConnectAgain', 'connect', 'OAuthBridgeConnect', $html, 'butAction', $device);
	}

	/**
	 * The form of a mail test.
	 *
	 * @param  string                                                             $entry    Name of the entry
	 * @param  string                                                             $protocol smtp or imap
	 * @param  array{host:string,port:int,security:string,username:string}        $server   What it proposes
	 * @return string                                                                       HTML
	 */
	private function renderCheck($entry, $protocol, array $server)
	{
		global $langs;

		$id = oauthbridgeAnchor($entry).'-'.$protocol;
		$html = '<p class="opacitymedium">'.$langs->trans('OAuthBridgeTestExplained').'</p>';
		$html .= $this->field($id, 'host', 'OAuthBridgeHost', 'type="text" required maxlength="255" spellcheck="false"', $server['host']);
		$html .= $this->field($id, 'port', 'OAuthBridgePort', 'type="number" required min="1" max="65535"', (string) $server['port']);
		$html .= '<label for="'.$id.'-security">'.$langs->trans('OAuthBridgeSecurity').'</label><select id="'.$id.'-security" name="security" class="flat">';
		foreach (array('tls', 'starttls', 'none') as $security) {
			$html .= '<option value="'.$security.'"'.($security === $server['security'] ? ' selected' : '').'>'.$langs->trans('OAuthBridgeSecurity_'.$security).'</option>';
		}
		$html .= '</select>';
		$html .= $this->field($id, 'username', 'OAuthBridgeMailbox', 'type="text" required maxlength="320" spellcheck="false" autocapitalize="off"', $server['username']);
		return $this->dialog($entry, $protocol, $protocol === 'smtp' ? 'OAuthBridgeTestSmtp' : 'OAuthBridgeTestImap', 'check'.$protocol, 'OAuthBridgeTest', $html);
	}

	/**
	 * The question before a revocation.
	 *
	 * @param  string $entry Name of the entry
	 * @return string        HTML
	 */
	private function renderRevoke($entry)
	{
		global $langs;

		$id = oauthbridgeAnchor($entry).'-force';
		$html = '<p>'.$langs->trans('OAuthBridgeRevokeExplained', dol_escape_htmltag($entry)).'</p>';
		$html .= '<p class="oauthbridge-choice"><input type="checkbox" id="'.$id.'" name="force" value="1"> <label for="'.$id.'">'.$langs->trans('OAuthBridgeRevokeForce').'</label></p>';
		return $this->dialog($entry, 'revoke', 'OAuthBridgeRevokeTitle', 'revoke', 'OAuthBridgeRevoke', $html, 'butActionDelete');
	}

	/**
	 * A dialog around a form.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $word   Which dialog
	 * @param  string $title  Key of its title
	 * @param  string $action What the form does
	 * @param  string $label  Key of the button that sends it
	 * @param  string $fields HTML
	 * @param  string $class  Class of that button
	 * @param  string $other  Another button: HTML
	 * @return string         HTML
	 */
	private function dialog($entry, $word, $title, $action, $label, $fields, $class = 'butAction', $other = '')
	{
		global $langs;

		$id = oauthbridgeAnchor($entry).'-'.$word;
		$html = '<dialog class="oauthbridge-dialog" id="'.$id.'" aria-labelledby="'.$id.'-title"'.($this->opened === $entry.' '.$word ? ' open' : '').'>';
		$html .= '<h4 id="'.$id.'-title">'.$langs->trans($title).' <span class="opacitymedium">'.dol_escape_htmltag($entry).'</span></h4>';
		$html .= $this->openForm($entry, $action, 'oauthbridge-form').$fields.'<div class="oauthbridge-buttons">';
		$html .= '<button type="submit" class="'.$class.'">'.$langs->trans($label).'</button>'.$other;
		$html .= '<button type="submit" class="button" formmethod="dialog" formnovalidate>'.$langs->trans('Cancel').'</button>';
		return $html."</div></form></dialog>\n";
	}

	/**
	 * A labelled field.
	 *
	 * @param  string $id         Id of the dialog
	 * @param  string $name       Its name
	 * @param  string $label      Key of its label
	 * @param  string $attributes HTML
	 * @param  string $value      Its value
	 * @return string             HTML
	 */
	private function field($id, $name, $label, $attributes, $value)
	{
		global $langs;

		return '<label for="'.$id.'-'.$name.'">'.$langs->trans($label).'</label><input class="flat" id="'.$id.'-'.$name.'" name="'.$name.'" '.$attributes.' autocomplete="off" value="'.dol_escape_htmltag($value).'">';
	}

	/**
	 * A button that changes something: a form of its own.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $action What it does
	 * @param  string $label  Key of its text
	 * @param  string $class  Its class
	 * @return string         HTML
	 */
	private function button($entry, $action, $label, $class = 'butAction')
	{
		global $langs;

		return $this->openForm($entry, $action, 'oauthbridge-inline').'<button type="submit" class="'.$class.'">'.$langs->trans($label).'</button></form>';
	}

	/**
	 * A button that opens a dialog.
	 *
	 * @param  string $entry Name of the entry
	 * @param  string $word  Which dialog
	 * @param  string $label Key of its text
	 * @param  string $class Its class
	 * @return string        HTML
	 */
	private function opener($entry, $word, $label, $class = 'button')
	{
		global $langs;

		return '<form method="GET" action="'.dol_escape_htmltag(oauthbridgeEntriesUrl()).'" class="oauthbridge-inline"><input type="hidden" name="open" value="'.dol_escape_htmltag($entry.' '.$word).'">'
			.'<button type="submit" class="'.$class.'" data-oauthbridge-open="'.oauthbridgeAnchor($entry).'-'.$word.'">'.$langs->trans($label).'</button></form>';
	}

	/**
	 * The beginning of a form.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $action What it does
	 * @param  string $class  Its class
	 * @return string         HTML
	 */
	private function openForm($entry, $action, $class)
	{
		return '<form method="POST" action="'.dol_escape_htmltag(oauthbridgeEntriesUrl()).'" class="'.$class.'"><input type="hidden" name="token" value="'.newToken().'">'
			.'<input type="hidden" name="action" value="'.$action.'"><input type="hidden" name="entry" value="'.dol_escape_htmltag($entry).'">';
	}
}
