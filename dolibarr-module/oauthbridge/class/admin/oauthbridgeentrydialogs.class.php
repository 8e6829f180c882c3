<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentrydialogs.class.php
 * \ingroup    oauthbridge
 * \brief      The dialogs that the buttons of an entry's card open
 */

require_once __DIR__.'/oauthbridgeentrystate.class.php';
require_once __DIR__.'/oauthbridgemailservers.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * Renders the dialogs of the status page. Each is a form sent by POST with Dolibarr's token.
 */
class OAuthBridgeEntryDialogs
{
	/** Attributes of a text field whose content is a name, not prose. */
	const NAME_FIELD = 'type="text" maxlength="320" spellcheck="false" autocapitalize="off"';

	/** @var OAuthBridgeMailServers */
	private $servers;

	/** @var string */
	private $opened;

	/**
	 * @param OAuthBridgeMailServers $servers Proposes mail servers
	 * @param string                 $opened  The dialog that is open already: entry and name of the dialog, separated by a space
	 */
	public function __construct(OAuthBridgeMailServers $servers, $opened = '')
	{
		$this->servers = $servers;
		$this->opened = $opened;
	}

	/**
	 * The dialogs of an entry.
	 *
	 * @param  OAuthBridgeEntryState $state The state
	 * @return string                       HTML
	 */
	public function render(OAuthBridgeEntryState $state)
	{
		if (!$state->get('complete') || $state->isLogin() || !$state->hasToken()) {
			return '';
		}
		$entry = (string) $state->get('entry');
		$provider = (string) $state->get('provider');
		$account = (string) $state->token('account');
		return ($state->isAppOnly() ? '' : $this->renderConnect($entry, $state->hasDeviceFlow()))
			.$this->renderCheck($entry, 'smtp', $this->servers->findSmtp($entry, $provider, $account))
			.$this->renderCheck($entry, 'imap', $this->servers->findImap($entry, $provider, $account))
			.$this->renderRevoke($entry);
	}

	/**
	 * The options before an entry is connected again.
	 *
	 * @param  string $entry         Name of the entry
	 * @param  bool   $hasDeviceFlow Whether the consent can be given on another device
	 * @return string                HTML
	 */
	private function renderConnect($entry, $hasDeviceFlow)
	{
		global $langs;

		$id = oauthbridgeAnchor($entry).'-connect';
		$html = '<p class="opacitymedium">'.$langs->trans('OAuthBridgeConnectExplained').'</p>';
		$html .= $this->field($id, 'login_hint', 'OAuthBridgeAccountHint', self::NAME_FIELD, '');
		$html .= oauthbridgeCheckbox($id.'-change', 'confirm_account_change', $langs->trans('OAuthBridgeAccountMayChange'));
		$device = '<button type="submit" class="button" name="action" value="connectdevice">';
		$device .= $langs->trans('OAuthBridgeConnectDevice').'</button>';
		return $this->dialog(
			$entry,
			'connect',
			'OAuthBridgeConnectAgain',
			'connect',
			'OAuthBridgeConnect',
			$html,
			'butAction',
			$hasDeviceFlow ? $device : ''
		);
	}

	/**
	 * The form of a mail test.
	 *
	 * @param  string                                                      $entry    Name of the entry
	 * @param  string                                                      $protocol smtp or imap
	 * @param  array{host:string,port:int,security:string,username:string} $server   Values to propose
	 * @return string                                                                HTML
	 */
	private function renderCheck($entry, $protocol, array $server)
	{
		global $langs;

		$id = oauthbridgeAnchor($entry).'-'.$protocol;
		$html = '<p class="opacitymedium">'.$langs->trans('OAuthBridgeTestExplained').'</p>';
		$html .= $this->field($id, 'host', 'OAuthBridgeHost', 'type="text" required maxlength="255" spellcheck="false"', $server['host']);
		$html .= $this->field($id, 'port', 'OAuthBridgePort', 'type="number" required min="1" max="65535"', (string) $server['port']);
		$html .= '<label for="'.$id.'-security">'.$langs->trans('OAuthBridgeSecurity').'</label>';
		$html .= '<select id="'.$id.'-security" name="security" class="flat">';
		foreach (array('tls', 'starttls', 'none') as $security) {
			$html .= '<option value="'.$security.'"'.($security === $server['security'] ? ' selected' : '').'>';
			$html .= $langs->trans('OAuthBridgeSecurity_'.$security).'</option>';
		}
		$html .= '</select>';
		$html .= $this->field($id, 'username', 'OAuthBridgeMailbox', 'required '.self::NAME_FIELD, $server['username']);
		$title = $protocol === 'smtp' ? 'OAuthBridgeTestSmtp' : 'OAuthBridgeTestImap';
		return $this->dialog($entry, $protocol, $title, 'check'.$protocol, 'OAuthBridgeTest', $html);
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

		$html = '<p>'.$langs->trans('OAuthBridgeRevokeExplained', dol_escape_htmltag($entry)).'</p>';
		$html .= oauthbridgeCheckbox(oauthbridgeAnchor($entry).'-force', 'force', $langs->trans('OAuthBridgeRevokeForce'));
		return $this->dialog($entry, 'revoke', 'OAuthBridgeRevokeTitle', 'revoke', 'OAuthBridgeRevoke', $html, 'butActionDelete');
	}

	/**
	 * A dialog around a form.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $name   Name of the dialog: connect, smtp, imap or revoke
	 * @param  string $title  Key of its title
	 * @param  string $action Action of the form, a key of OAuthBridgeEntryActions::ALL
	 * @param  string $label  Key of the label of its submit button
	 * @param  string $fields HTML
	 * @param  string $class  CSS class of its submit button
	 * @param  string $other  Another button: HTML
	 * @return string         HTML
	 */
	private function dialog($entry, $name, $title, $action, $label, $fields, $class = 'butAction', $other = '')
	{
		global $langs;

		$id = oauthbridgeAnchor($entry).'-'.$name;
		$open = $this->opened === $entry.' '.$name ? ' open' : '';
		$html = '<dialog class="oauthbridge-dialog" id="'.$id.'" aria-labelledby="'.$id.'-title"'.$open.'>';
		$html .= '<h4 id="'.$id.'-title">'.$langs->trans($title);
		$html .= ' <span class="opacitymedium">'.dol_escape_htmltag($entry).'</span></h4>';
		$html .= $this->openForm($entry, $action, 'oauthbridge-form').$fields.'<div class="oauthbridge-buttons">';
		$html .= '<button type="submit" class="'.$class.'">'.$langs->trans($label).'</button>'.$other;
		$html .= '<button type="submit" class="button" formmethod="dialog" formnovalidate>'.$langs->trans('Cancel').'</button>';
		return $html."</div></form></dialog>\n";
	}

	/**
	 * A labelled field.
	 *
	 * @param  string $id         Id of the dialog
	 * @param  string $name       Name of the field
	 * @param  string $label      Key of its label
	 * @param  string $attributes HTML
	 * @param  string $value      Its value, not escaped
	 * @return string             HTML
	 */
	private function field($id, $name, $label, $attributes, $value)
	{
		global $langs;

		$id .= '-'.$name;
		return '<label for="'.$id.'">'.$langs->trans($label).'</label><input class="flat" id="'.$id.'" name="'.$name.'" '.$attributes
			.' autocomplete="off" value="'.dol_escape_htmltag($value).'">';
	}

	/**
	 * The start of a form.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $action A key of OAuthBridgeEntryActions::ALL
	 * @param  string $class  CSS class
	 * @return string         HTML
	 */
	private function openForm($entry, $action, $class)
	{
		return oauthbridgeOpenForm(oauthbridgeEntriesUrl(), array('action' => $action, 'entry' => $entry), $class);
	}
}
