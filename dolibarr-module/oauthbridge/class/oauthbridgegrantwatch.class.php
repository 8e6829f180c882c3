<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors */

/**
 * \file       class/oauthbridgegrantwatch.class.php
 * \ingroup    oauthbridge
 * \brief      Tells people when a grant has ended
 */

/**
 * Writes a line into Dolibarr's security events, and into the agenda where that module is on, when a grant has ended: once per end.
 * That it is told is remembered in a constant per grant, whose unique key lets only one process tell.
 */
class OAuthBridgeGrantWatch
{
	/** Start of the names of the constants that remember. */
	const MARK = 'OAUTHBRIDGE_ENDED_';

	/** Kind of the security event. */
	const EVENT = 'OAUTHBRIDGE_ENDED';

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
	 * Tells that a grant has ended, unless that was told.
	 *
	 * @param  string $entry Name of the entry or of its service
	 * @return bool          Whether it was told now
	 */
	public function noteEnd($entry)
	{
		global $conf, $langs;

		$mark = $this->mark($entry);
		if (getDolGlobalString($mark) !== '') {
			return false;
		}
		$now = dol_now();
		$sql = 'INSERT IGNORE INTO '.MAIN_DB_PREFIX.'const (name, value, type, visible, entity) VALUES (';
		$sql .= $this->db->encrypt($mark).', '.$this->db->encrypt((string) $now).", 'chaine', 0, ".((int) $conf->entity).')';
		$result = $this->db->query($sql);
		if (!$result || $this->db->affected_rows($result) !== 1) {
			return false;
		}
		$conf->global->$mark = (string) $now;

		$langs->load('oauthbridge@oauthbridge');
		$what = $langs->transnoentitiesnoconv('OAuthBridgeGrantEnded', $entry);
		$help = $langs->transnoentitiesnoconv('OAuthBridgeGrantEndedHelp');
		$this->writeSecurityEvent($what.' '.$help, $now);
		if (isModEnabled('agenda')) {
			$this->writeAgendaEvent($what, $help, $now);
		}
		return true;
	}

	/**
	 * Notes that a grant lives, so that its next end is told.
	 *
	 * @param  string $entry Name of the entry or of its service
	 * @return void
	 */
	public function noteLife($entry)
	{
		global $conf;

		$mark = $this->mark($entry);
		if (getDolGlobalString($mark) !== '') {
			require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
			dolibarr_del_const($this->db, $mark, $conf->entity);
		}
	}

	/**
	 * The constant that remembers. Entry and service name differ in case only, and so do not differ here.
	 *
	 * @param  string $entry Name of the entry or of its service
	 * @return string        Name of the constant
	 */
	private function mark($entry)
	{
		return self::MARK.strtoupper($entry);
	}

	/**
	 * Writes into Home - Admin tools - Audit.
	 *
	 * @param  string $text What to say
	 * @param  int    $now  When, as Unix time
	 * @return void
	 */
	private function writeSecurityEvent($text, $now)
	{
		global $user;

		require_once DOL_DOCUMENT_ROOT.'/core/class/events.class.php';
		require_once DOL_DOCUMENT_ROOT.'/user/class/user.class.php';
		$event = new Events($this->db);
		$event->type = self::EVENT;
		$event->dateevent = $now;
		$event->description = $text;
		if ($event->create(is_object($user) ? $user : new User($this->db)) < 0) {
			dol_syslog('oauthbridge: '.$text.' This could not be written into the security events: '.$event->error, LOG_ERR);
		}
	}

	/**
	 * Writes into the agenda.
	 *
	 * @param  string $label What happened
	 * @param  string $note  What to do
	 * @param  int    $now   When, as Unix time
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
		$event->percentage = -1; // nothing that could be done by degrees
		$event->userownerid = $owner->id;
		if ($event->create($owner, 1) < 0) {
			dol_syslog('oauthbridge: '.$label.' This could not be written into the agenda: '.$event->error, LOG_ERR);
		}
	}

	/**
	 * Whose event it is: the current user's, or in runs without one an administrator's of the company.
	 *
	 * @return User|null The user
	 */
	private function findOwner()
	{
		global $conf, $user;

		if (is_object($user) && $user->id > 0) {
			return $user;
		}
		$sql = 'SELECT rowid FROM '.MAIN_DB_PREFIX.'user WHERE admin = 1 AND statut = 1 AND entity IN (0, '.((int) $conf->entity).') ORDER BY rowid LIMIT 1';
		$result = $this->db->query($sql);
		$row = $result ? $this->db->fetch_object($result) : null;
		$owner = new User($this->db);
		return $row && $owner->fetch($row->rowid) > 0 ? $owner : null;
	}
}
