<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistantuse.class.php
 * \ingroup    oauthbridge
 * \brief      The assistant's last step: what Dolibarr uses the entry for
 */

require_once __DIR__.'/oauthbridgeassistant.class.php';
require_once __DIR__.'/oauthbridgecollectors.class.php';
require_once __DIR__.'/oauthbridgemailsettings.class.php';

/**
 * Changes mail settings and collectors to the servers that were tested.
 */
abstract class OAuthBridgeAssistantUse
{
	/** Session variable: the last mail tests, by protocol. */
	const CHECKS = 'oauthbridge_assistant_checks';

	/** @var DoliDB */
	protected $db;

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
	}

	/**
	 * Changes Dolibarr's mail settings to the server that was tested.
	 *
	 * @return string The same step
	 */
	protected function useMail()
	{
		global $langs;

		$check = $_SESSION[self::CHECKS]['smtp'] ?? null;
		if (is_array($check)) {
			$changes = OAuthBridgeMailSettings::findChanges(OAuthBridgeAssistant::state()['entry'], $check['server']);
			if ($this->mailSettings()->change($changes)) {
				setEventMessages($langs->trans('OAuthBridgeMailChanged'), null, 'mesgs');
			} else {
				setEventMessages('', array(dol_escape_htmltag($this->db->lasterror())), 'errors');
			}
		}
		return OAuthBridgeAssistant::url('use');
	}

	/**
	 * Puts Dolibarr's mail settings back.
	 *
	 * @return string The same step
	 */
	protected function undoMail()
	{
		global $langs;

		if ($this->mailSettings()->undo()) {
			setEventMessages($langs->trans('OAuthBridgeMailUndone'), null, 'mesgs');
		}
		return OAuthBridgeAssistant::url('use');
	}

	/**
	 * Makes an e-mail collector, or a new one, read from the server that was tested.
	 *
	 * @return string The same step
	 */
	protected function useCollector()
	{
		global $langs;

		$check = $_SESSION[self::CHECKS]['imap'] ?? null;
		$id = (int) GETPOST('collector', 'alpha');
		$collectors = $this->collectors();
		if (!is_array($check) || !isModEnabled('emailcollector') || ($id !== 0 && !isset($collectors->list()[$id]))) {
			return OAuthBridgeAssistant::url('use');
		}
		$entry = OAuthBridgeAssistant::state()['entry'];
		$changed = $collectors->change($id, $entry, $collectors->findChanges($id, $entry, $check['server']));
		if ($changed > 0) {
			setEventMessages($langs->trans($id === 0 ? 'OAuthBridgeCollectorMade' : 'OAuthBridgeCollectorChanged'), null, 'mesgs');
		} else {
			setEventMessages('', array(dol_escape_htmltag($collectors->error)), 'errors');
		}
		return OAuthBridgeAssistant::url('use', $changed > 0 ? array('collector' => (string) $changed) : array());
	}

	/**
	 * Puts the collector back as it was.
	 *
	 * @return string The same step
	 */
	protected function undoCollector()
	{
		global $langs;

		if ($this->collectors()->undo()) {
			setEventMessages($langs->trans('OAuthBridgeCollectorUndone'), null, 'mesgs');
		}
		return OAuthBridgeAssistant::url('use');
	}

	/**
	 * Changes mail settings of the current entity.
	 *
	 * @return OAuthBridgeMailSettings
	 */
	private function mailSettings()
	{
		global $conf;

		return new OAuthBridgeMailSettings($this->db, (int) $conf->entity);
	}

	/**
	 * Changes collectors of the current entity.
	 *
	 * @return OAuthBridgeCollectors
	 */
	private function collectors()
	{
		global $conf;

		return new OAuthBridgeCollectors($this->db, (int) $conf->entity);
	}
}
