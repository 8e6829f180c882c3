<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeassistantuse.class.php
 * \ingroup    oauthbridge
 * \brief      The assistant's last steps: mail tests, and what Dolibarr uses the entry for
 */

require_once __DIR__.'/oauthbridgeassistant.class.php';
require_once __DIR__.'/oauthbridgecollectors.class.php';
require_once __DIR__.'/oauthbridgemailservers.class.php';
require_once __DIR__.'/oauthbridgemailsettings.class.php';

/**
 * Keeps the results of mail tests, and changes mail settings and collectors to the servers that were tested.
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
	 * The last mail tests of the entry that the assistant is about.
	 *
	 * @return array<string,array<string,mixed>> entry, protocol, server, report (the bridge's answer), by protocol
	 */
	public static function checks()
	{
		$checks = isset($_SESSION[self::CHECKS]) && is_array($_SESSION[self::CHECKS]) ? $_SESSION[self::CHECKS] : array();
		$entry = OAuthBridgeAssistant::state()['entry'];
		return array_filter($checks, static function ($check) use ($entry) {
			return isset($check['entry']) && $check['entry'] === $entry;
		});
	}

	/**
	 * Keeps the result of a mail test.
	 *
	 * @param  string              $protocol smtp or imap
	 * @param  array<string,mixed> $report   The bridge's answer
	 * @return string                        The same step
	 */
	protected function keep($protocol, array $report)
	{
		$_SESSION[self::CHECKS][$protocol] = array(
			'entry' => OAuthBridgeAssistant::state()['entry'],
			'protocol' => $protocol,
			'server' => OAuthBridgeMailServers::readForm(),
			'report' => $report,
		);
		return OAuthBridgeAssistant::url('try');
	}

	/**
	 * Whether a mail server was tested and took the login: only then is it offered to Dolibarr.
	 *
	 * @param  array<string,mixed>|null $check One of checks(); null where there is none
	 * @return bool                            True if so
	 */
	public static function isPassed($check)
	{
		return !empty($check['report']['ok']);
	}

	/**
	 * Changes Dolibarr's mail settings to the server that was tested.
	 *
	 * @return string The same step
	 */
	protected function useMail()
	{
		global $langs;

		$check = self::checks()['smtp'] ?? null;
		if (self::isPassed($check)) {
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

		$changedSince = implode(', ', OAuthBridgeMailSettings::findChangedSince());
		if ($this->mailSettings()->undo()) {
			setEventMessages($langs->trans('OAuthBridgeMailUndone'), null, 'mesgs');
			if ($changedSince !== '') {
				setEventMessages($langs->trans('OAuthBridgeUndoLeaves', dol_escape_htmltag($changedSince)), null, 'warnings');
			}
		} elseif ($this->db->lasterror() !== '') {
			setEventMessages('', array(dol_escape_htmltag($this->db->lasterror())), 'errors');
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

		$check = self::checks()['imap'] ?? null;
		$id = (int) GETPOST('collector', 'alpha');
		$collectors = $this->collectors();
		if (!self::isPassed($check) || !isModEnabled('emailcollector') || ($id !== 0 && !isset($collectors->list()[$id]))) {
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

		$collectors = $this->collectors();
		$undo = isModEnabled('emailcollector') ? $collectors->findUndo() : null;
		if ($undo === null) {
			return OAuthBridgeAssistant::url('use');
		}
		if ($undo['isUsed']) {
			setEventMessages($langs->trans('OAuthBridgeCollectorInUse', dol_escape_htmltag($undo['name'])), null, 'warnings');
		} elseif ($collectors->undo()) {
			setEventMessages($langs->trans('OAuthBridgeCollectorUndone'), null, 'mesgs');
		} else {
			setEventMessages('', array(dol_escape_htmltag($collectors->error)), 'errors');
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
