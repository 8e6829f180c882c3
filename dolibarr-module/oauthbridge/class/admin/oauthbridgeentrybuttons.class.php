<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeentrybuttons.class.php
 * \ingroup    oauthbridge
 * \brief      The buttons of an entry's card
 */

require_once __DIR__.'/oauthbridgeentryresults.class.php';
require_once __DIR__.'/oauthbridgeentrystate.class.php';
require_once __DIR__.'/../../lib/oauthbridge.lib.php';

/**
 * Renders buttons. Every change is a form sent by POST with Dolibarr's token. A dialog is part of the page and opened by a script; without
 * scripts its button loads the page again with the dialog open.
 */
class OAuthBridgeEntryButtons
{
	/**
	 * The buttons that fit the state of an entry: one for what comes next, the others in a menu.
	 *
	 * @param  OAuthBridgeEntryState $state     The state
	 * @param  string[]              $protocols smtp, imap: what Dolibarr uses the entry for
	 * @return string                           HTML
	 */
	public function render(OAuthBridgeEntryState $state, array $protocols = array())
	{
		global $langs;

		$entry = (string) $state->get('entry');
		if (!$state->get('complete')) {
			return '<a class="butAction" href="'.DOL_URL_ROOT.'/admin/oauth.php">'.$langs->trans('OAuthBridgeComplete').'</a>';
		}
		if ($state->isLogin()) {
			$key = $state->getStatus() === 'login_off' ? 'OAuthBridgeConfLine' : 'OAuthBridgeLoginNeedsNoToken';
			$html = '<div><span class="opacitymedium">'.$langs->trans($key).'</span>';
			return $html.($key === 'OAuthBridgeConfLine' ? OAuthBridgeEntryResults::renderConfLine() : '').'</div>';
		}
		$menu = array('history' => $this->opener($entry, 'history', 'OAuthBridgeHistory', 'button', false));
		if (!$state->hasToken()) {
			return $this->connectButton($entry, $state, 'butAction')
				.($state->hasDeviceFlow() ? $this->button($entry, 'connectdevice', 'OAuthBridgeConnectDevice', 'button') : '')
				.$this->renderMenu($menu);
		}
		$other = OAuthBridgeEntryState::mainProtocol($protocols) === 'smtp' ? 'imap' : 'smtp';
		$first = $other === 'imap' ? 'smtp' : 'imap';
		$labels = array('smtp' => 'OAuthBridgeTestSmtp', 'imap' => 'OAuthBridgeTestImap');
		$isConnectFirst = in_array($state->getStatus(), array('consent_required', 'unreadable', 'duplicate', 'unrenewable'), true);
		$menu += array(
			'connect' => $isConnectFirst ? '' : $this->connectButton($entry, $state, 'button'),
			'renew' => $state->canRefresh() ? $this->button($entry, 'renew', 'OAuthBridgeRenew', 'button') : '',
			'first' => $isConnectFirst ? $this->opener($entry, $first, $labels[$first]) : '',
			'other' => $this->opener($entry, $other, $labels[$other]),
			'revoke' => $this->opener($entry, 'revoke', 'OAuthBridgeRevoke', 'butActionDelete'),
		);
		$next = $isConnectFirst
			? $this->connectButton($entry, $state, 'butAction')
			: $this->opener($entry, $first, $labels[$first], 'butAction');
		return $next.$this->renderMenu($menu);
	}

	/**
	 * A menu of further buttons. It opens without scripts.
	 *
	 * @param  array<string,string> $buttons HTML; empty ones are left out
	 * @return string                        HTML
	 */
	private function renderMenu(array $buttons)
	{
		global $langs;

		$html = '<details class="oauthbridge-menu"><summary class="button">'.$langs->trans('OAuthBridgeMore').'</summary><div>';
		return $html.implode('', $buttons).'</div></details>';
	}

	/**
	 * The button that connects an entry, or connects it again.
	 *
	 * @param  string                $entry Name of the entry
	 * @param  OAuthBridgeEntryState $state Its state
	 * @param  string                $class CSS class
	 * @return string                       HTML
	 */
	private function connectButton($entry, OAuthBridgeEntryState $state, $class)
	{
		$label = $state->hasToken() ? 'OAuthBridgeConnectAgain' : 'OAuthBridgeConnect';
		if ($state->isAppOnly()) {
			return $this->button($entry, 'connectapp', $label, $class);
		}
		return $state->hasToken() ? $this->opener($entry, 'connect', $label, $class) : $this->button($entry, 'connect', $label, $class);
	}

	/**
	 * A button that changes something: a form of its own.
	 *
	 * @param  string $entry  Name of the entry
	 * @param  string $action Action of the form, a key of OAuthBridgeEntryActions::ALL
	 * @param  string $label  Key of its label
	 * @param  string $class  CSS class
	 * @return string         HTML
	 */
	private function button($entry, $action, $label, $class = 'butAction')
	{
		global $langs;

		return $this->openForm($entry, $action, 'oauthbridge-inline')
			.'<button type="submit" class="'.$class.'">'.$langs->trans($label).'</button></form>';
	}

	/**
	 * A button that opens a dialog.
	 *
	 * @param  string $entry Name of the entry
	 * @param  string $name  Name of the dialog
	 * @param  string $label Key of the button's label
	 * @param  string $class CSS class
	 * @param  bool   $isThere Whether the dialog is part of the page already
	 * @return string        HTML
	 */
	private function opener($entry, $name, $label, $class = 'button', $isThere = true)
	{
		global $langs;

		$html = '<form method="GET" action="'.dol_escape_htmltag(oauthbridgeEntriesUrl()).'" class="oauthbridge-inline">';
		$html .= '<input type="hidden" name="open" value="'.dol_escape_htmltag($entry.' '.$name).'">';
		$dialog = $isThere ? ' data-oauthbridge-open="'.oauthbridgeAnchor($entry).'-'.$name.'"' : '';
		$html .= '<button type="submit" class="'.$class.'"'.$dialog.'>';
		return $html.$langs->trans($label).'</button></form>';
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
