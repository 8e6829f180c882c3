<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/watch/oauthbridgegrantwatch.class.php
 * \ingroup    oauthbridge
 * \brief      Reports grants that have ended
 */

require_once __DIR__.'/../oauthbridgeclient.class.php';
require_once __DIR__.'/../client/oauthbridgealarm.class.php';
require_once __DIR__.'/oauthbridgestoredtoken.class.php';

/**
 * Reports a grant that has ended in Dolibarr's security events and, where that module is enabled, in the agenda: once per end. A
 * constant per grant records that its end was reported; the unique key of llx_const makes sure that only one process reports it.
 */
class OAuthBridgeGrantWatch
{
	/** Start of the names of these constants. */
	const REPORTED_PREFIX = 'OAUTHBRIDGE_ENDED_';

	/** Type of the security event. */
	const EVENT = 'OAUTHBRIDGE_ENDED';

	/** How long to wait for a token where the stored one can do, in milliseconds. */
	const PATIENCE = 2000;

	/** Value of an agenda event's percentage that means "not applicable". */
	const PERCENTAGE_NOT_APPLICABLE = -1;

	/** @var DoliDB */
	private $db;

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
	}

	/**
	 * Makes sure that the entry's row holds a valid access token, and notes whether the grant lives or has ended.
	 *
	 * @param  OAuthBridgeClient $client The bridge
	 * @param  string            $entry  Name of the entry
	 * @return void
	 * @throws OAuthBridgeException There is no valid token; code consent_required: the grant has ended, which is reported
	 */
	public function requireToken(OAuthBridgeClient $client, $entry)
	{
		try {
			$client->getToken($entry);
		} catch (OAuthBridgeException $e) {
			if ($e->getProblemCode() === 'consent_required') {
				$this->noteEnd($entry);
			}
			throw $e;
		}
		$this->noteLife($entry);
	}

	/**
	 * As requireToken(), for code that works with the stored token if there is no other: waits PATIENCE for the bridge, and longer only
	 * where the stored token has expired, since the bridge may be refreshing it.
	 *
	 * @param  OAuthBridgeClient $client The bridge
	 * @param  string            $entry  Name of the entry
	 * @return void
	 * @throws OAuthBridgeException As requireToken()
	 */
	public function requireTokenSoon(OAuthBridgeClient $client, $entry)
	{
		$client->setTimeout(self::PATIENCE);
		try {
			$this->requireToken($client, $entry);
		} catch (OAuthBridgeUnreachableException $e) {
			if (!$e->isTimeout || OAuthBridgeStoredToken::isLive($this->db, $entry)) {
				throw $e;
			}
			$client->setTimeout(OAuthBridgeTransport::TOTAL_TIMEOUT);
			$this->requireToken($client, $entry);
		}
	}

	/**
	 * Reports that a grant has ended, unless its end was reported already.
	 *
	 * @param  string $entry Name of the entry or of its service
	 * @return bool          Whether it was reported by this call
	 */
	public function noteEnd($entry)
	{
		global $conf, $langs;

		$constant = $this->constantOf($entry);
		if (getDolGlobalString($constant) !== '') {
			return false;
		}
		$now = dol_now();
		$sql = 'INSERT IGNORE INTO '.MAIN_DB_PREFIX.'const (name, value, type, visible, entity) VALUES (';
		$sql .= $this->db->encrypt($constant).', '.$this->db->encrypt((string) $now).", 'chaine', 0, ".((int) $conf->entity).')';
		$result = $this->db->query($sql.($this->db->type === 'pgsql' ? ' ON CONFLICT DO NOTHING' : '')); // no IGNORE there
		if (!$result || $this->db->affected_rows($result) !== 1) {
			return false;
		}
		$conf->global->$constant = (string) $now;

		$langs->load('oauthbridge@oauthbridge');
		$what = $langs->transnoentitiesnoconv('OAuthBridgeGrantEnded', $entry);
		$help = $langs->transnoentitiesnoconv('OAuthBridgeGrantEndedHelp');
		OAuthBridgeAlarm::write($this->db, self::EVENT, $what.' '.$help);
		if (isModEnabled('agenda')) {
			$this->writeAgendaEvent($what, $help, $now);
		}
		return true;
	}

	/**
	 * Notes that a grant is alive, so that its next end is reported.
	 *
	 * @param  string $entry Name of the entry or of its service
	 * @return void
	 */
	public function noteLife($entry)
	{
		global $conf;

		$constant = $this->constantOf($entry);
		if (getDolGlobalString($constant) !== '') {
			require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
			dolibarr_del_const($this->db, $constant, $conf->entity);
		}
	}

	/**
	 * The constant that records that an end was reported. The names of an entry and of its service differ in case only, and share it.
	 *
	 * @param  string $entry Name of the entry or of its service
	 * @return string        Name of the constant
	 */
	private function constantOf($entry)
	{
		return self::REPORTED_PREFIX.strtoupper($entry);
	}

	/**
	 * Writes an event into the agenda of the current user or an administrator.
	 *
	 * @param  string $label What happened
	 * @param  string $note  What to do
	 * @param  int    $now   Unix time
	 * @return void
	 */
	private function writeAgendaEvent($label, $note, $now)
	{
		$owner = $this->findOwner();
		if ($owner === null) {
			return;
		}
		require_once DOL_DOCUMENT_ROOT.'/comm/action/class/actioncomm.class.php';
		$event = new ActionComm($this->db);
		$event->type_code = 'AC_OTH_AUTO';
		$event->code = 'AC_'.self::EVENT;
		$event->label = $label;
		$event->note_private = $note;
		$event->datep = $now;
		$event->datef = $now;
		$event->percentage = self::PERCENTAGE_NOT_APPLICABLE;
		$event->userownerid = $owner->id;
		if ($event->create($owner, 1) < 0) {
			dol_syslog('oauthbridge: '.$label.' This could not be written into the agenda: '.$event->error, LOG_ERR);
		}
	}

	/**
	 * The owner of the agenda event: the current user, or an administrator of the entity where there is no user (scheduled jobs).
	 *
	 * @return User|null The user; null where there is no administrator
	 */
	private function findOwner()
	{
		global $conf, $user;

		if (is_object($user) && $user->id > 0) {
			return $user;
		}
		$sql = 'SELECT rowid FROM '.MAIN_DB_PREFIX.'user WHERE admin = 1 AND statut = 1';
		$sql .= ' AND entity IN (0, '.((int) $conf->entity).') ORDER BY rowid LIMIT 1';
		$result = $this->db->query($sql);
		$row = $result ? $this->db->fetch_object($result) : null;
		$owner = new User($this->db);
		return $row && $owner->fetch($row->rowid) > 0 ? $owner : null;
	}
}
