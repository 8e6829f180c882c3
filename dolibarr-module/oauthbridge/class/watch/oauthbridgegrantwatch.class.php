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
require_once __DIR__.'/../client/oauthbridgemarker.class.php';
require_once __DIR__.'/oauthbridgeconstants.class.php';
require_once __DIR__.'/oauthbridgestoredtoken.class.php';

/**
 * Reports a grant that has ended, by mail, in Dolibarr's security events and, where that module is enabled, in the agenda: at once, and
 * once a day while it lasts. A constant per grant records when its end was reported, so that only one process reports it.
 */
class OAuthBridgeGrantWatch
{
	/** Start of the names of these constants. */
	const REPORTED_PREFIX = 'OAUTHBRIDGE_ENDED_';

	/** Type of the security event. */
	const EVENT = 'OAUTHBRIDGE_ENDED';

	/** Type of the security event about another notice. */
	const NOTICE = 'OAUTHBRIDGE_NOTICE';

	/** Seconds after which an end that lasts is reported again: a day, less the time by which the bridge's own notice may be early. */
	const AGAIN = 82800;

	/** How long to wait for a token where the stored one can do, in milliseconds. */
	const PATIENCE = 2000;

	/** Seconds for which nobody waits again for a token where the stored one can do. */
	const PAUSE = 60;

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
	 * Makes sure that the entry's row holds a valid access token, and reports a grant that has ended. That it lives is not noted: a token
	 * that is still valid is handed out after the end of its grant too.
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
	}

	/**
	 * As requireToken(), for code that works with the stored token if there is no other: waits PATIENCE for the bridge, once in PAUSE over
	 * all processes, and longer only where the stored token has expired, since the bridge may be refreshing it.
	 *
	 * @param  OAuthBridgeClient $client The bridge
	 * @param  string            $entry  Name of the entry
	 * @return void
	 * @throws OAuthBridgeException As requireToken()
	 */
	public function requireTokenSoon(OAuthBridgeClient $client, $entry)
	{
		global $conf;

		$marker = 'slow '.((int) $conf->entity).' '.$entry;
		if (OAuthBridgeMarker::isSet($marker) && OAuthBridgeStoredToken::isLive($this->db, $entry)) {
			return;
		}
		$client->setTimeout(self::PATIENCE);
		try {
			$this->requireToken($client, $entry);
		} catch (OAuthBridgeUnreachableException $e) {
			if (!$e->isTimeout) {
				throw $e;
			}
			if (OAuthBridgeStoredToken::isLive($this->db, $entry)) {
				OAuthBridgeMarker::set($marker, self::PAUSE);
				$e->isHasty = true;
				throw $e;
			}
			$client->setTimeout(OAuthBridgeTransport::TOTAL_TIMEOUT);
			$this->requireToken($client, $entry);
		}
	}

	/**
	 * Reports that a grant has ended, unless its end was reported already in the last day.
	 *
	 * @param  string $entry  Name of the entry or of its service
	 * @param  string $detail What the bridge says about it; empty for nothing
	 * @return bool           Whether it was reported by this call
	 */
	public function noteEnd($entry, $detail = '')
	{
		global $conf;

		$constant = self::constantOf($entry);
		$before = getDolGlobalString($constant);
		$now = dol_now();
		if ($before !== '' && (int) $before > $now - self::AGAIN) {
			return false;
		}
		$isMine = $before === ''
			? OAuthBridgeConstants::insert($this->db, $constant, (string) $now)
			: OAuthBridgeConstants::swap($this->db, $constant, $before, (string) $now);
		if (!$isMine) {
			return false;
		}
		$conf->global->$constant = (string) $now;

		self::inCompanyLanguage(function ($words) use ($entry, $detail) {
			$what = $words->transnoentitiesnoconv('OAuthBridgeGrantEnded', $entry);
			$this->report(self::EVENT, $entry, $what, $words->transnoentitiesnoconv('OAuthBridgeGrantEndedHelp'), $detail);
		});
		return true;
	}

	/**
	 * Notes that a grant is alive, or that there is none any more, so that its next end is reported. People hear that it works again by the
	 * bridge's notice.
	 *
	 * @param  string $entry Name of the entry or of its service
	 * @return void
	 */
	public function noteLife($entry)
	{
		global $conf;

		$constant = self::constantOf($entry);
		if (getDolGlobalString($constant) === '') {
			return;
		}
		unset($conf->global->$constant);
		OAuthBridgeConstants::delete($this->db, $constant);
	}

	/**
	 * Forgets the ends of grants that there are no more: of entries that were deleted or renamed, or whose token was revoked.
	 *
	 * @param  array<int,array<string,mixed>> $entries All entries, as OAuthBridgeClient::getEntries gives them
	 * @return void
	 */
	public function forgetOthers(array $entries)
	{
		$known = array();
		foreach ($entries as $report) {
			if (($report['token']['status'] ?? '') !== 'none') {
				$known[] = strtoupper((string) $report['entry']);
				$known[] = strtoupper((string) ($report['service'] ?? ''));
			}
		}
		foreach (array_diff(self::listEnded(), $known) as $entry) {
			$this->noteLife($entry);
		}
	}

	/**
	 * Whether a grant has ended, as far as Dolibarr was told.
	 *
	 * @param  string $entry Name of the entry or of its service
	 * @return bool          True if so
	 */
	public static function hasEnded($entry)
	{
		return getDolGlobalString(self::constantOf($entry)) !== '';
	}

	/**
	 * The grants that have ended, as far as Dolibarr was told.
	 *
	 * @return string[] Names of the entries, in upper case
	 */
	public static function listEnded()
	{
		global $conf;

		$ended = array();
		foreach (get_object_vars($conf->global) as $name => $value) {
			if (strpos((string) $name, self::REPORTED_PREFIX) === 0 && (string) $value !== '') {
				$ended[] = substr($name, strlen(self::REPORTED_PREFIX));
			}
		}
		return $ended;
	}

	/**
	 * Reports another notice of the bridge.
	 *
	 * @param  string $kind    Kind of the notice
	 * @param  string $entry   Name of the entry; empty where it concerns the whole
	 * @param  string $message The bridge's words
	 * @param  string $advice  What to do; may be empty
	 * @return void
	 */
	public function tell($kind, $entry, $message, $advice)
	{
		self::inCompanyLanguage(function ($words) use ($kind, $entry, $message, $advice) {
			$key = 'OAuthBridgeNotice_'.$kind;
			$what = $words->transnoentitiesnoconv($key, $entry);
			$isKnown = $what !== $key;
			$this->report(self::NOTICE, $entry, $isKnown ? $what : $message, $advice, $isKnown ? $message : '');
		});
	}

	/**
	 * Does something in the company's language: whoever's page happens to bring a notice is not who reads it.
	 *
	 * @param  callable $work Gets the translations
	 * @return void
	 */
	private static function inCompanyLanguage(callable $work)
	{
		global $conf, $langs;

		$own = $langs;
		$code = getDolGlobalString('MAIN_LANG_DEFAULT', 'auto');
		if ($code !== 'auto' && $code !== $own->defaultlang) {
			$langs = new Translate('', $conf);
			$langs->setDefaultLang($code);
			$langs->loadLangs(array('main', 'dict'));
		}
		try {
			$langs->load('oauthbridge@oauthbridge');
			$work($langs);
		} finally {
			$langs = $own;
		}
	}

	/**
	 * The constant that records that an end was reported. The names of an entry and of its service differ in case only, and share it.
	 *
	 * @param  string $entry Name of the entry or of its service
	 * @return string        Name of the constant
	 */
	private static function constantOf($entry)
	{
		return self::REPORTED_PREFIX.strtoupper($entry);
	}

	/**
	 * Reports something in all ways.
	 *
	 * @param  string $type   Type of the security event
	 * @param  string $entry  Name of the entry; empty where it concerns the whole
	 * @param  string $what   What happened
	 * @param  string $help   What to do
	 * @param  string $detail The bridge's own words
	 * @return void
	 */
	private function report($type, $entry, $what, $help, $detail)
	{
		OAuthBridgeAlarm::write($this->db, $type, trim($what.' '.$help));
		if (isModEnabled('agenda')) {
			$this->writeAgendaEvent($type, $what, trim($help."\n".$detail));
		}
		$this->mail($what, $help, $detail, $entry);
	}

	/**
	 * Mails a report. Never throws.
	 *
	 * @param  string $what   What happened
	 * @param  string $help   What to do
	 * @param  string $detail The bridge's own words
	 * @param  string $entry  Name of the entry; empty where it concerns the whole
	 * @return void
	 */
	private function mail($what, $help, $detail, $entry)
	{
		global $langs;

		try {
			require_once __DIR__.'/oauthbridgenoticemail.class.php';
			require_once __DIR__.'/../../lib/oauthbridge.lib.php';
			$lines = array($what, $help, $detail);
			$uses = $entry === '' ? array() : array_column((new OAuthBridgeUses($this->db))->of($entry), 'label');
			if ($uses) {
				$lines[] = $langs->transnoentitiesnoconv('OAuthBridgeUsedBy').': '.implode(', ', $uses);
			}
			$lines[] = dol_buildpath('/oauthbridge/admin/entries.php', 3).($entry === '' ? '' : '#'.oauthbridgeAnchor($entry));
			$company = getDolGlobalString('MAIN_INFO_SOCIETE_NOM', 'Dolibarr');
			(new OAuthBridgeNoticeMail($this->db))->send('['.$company.'] '.$what, implode("\n\n", array_filter($lines, 'strlen')));
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: "'.$what.'" could not be mailed: '.$e->getMessage(), LOG_ERR);
		}
	}

	/**
	 * Writes an event into the agenda of an administrator.
	 *
	 * @param  string $type  Type of the event
	 * @param  string $label What happened
	 * @param  string $note  What to do
	 * @return void
	 */
	private function writeAgendaEvent($type, $label, $note)
	{
		$now = dol_now();
		$owner = $this->findOwner();
		if ($owner === null) {
			return;
		}
		require_once DOL_DOCUMENT_ROOT.'/comm/action/class/actioncomm.class.php';
		$event = new ActionComm($this->db);
		$event->type_code = 'AC_OTH_AUTO';
		$event->code = 'AC_'.$type;
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
	 * The owner of the agenda event: the current user if he is an administrator, otherwise the first administrator of the entity.
	 *
	 * @return User|null The user; null where there is no administrator
	 */
	private function findOwner()
	{
		global $conf, $user;

		if (is_object($user) && $user->id > 0 && !empty($user->admin)) {
			return $user;
		}
		$sql = 'SELECT rowid FROM '.MAIN_DB_PREFIX.'user WHERE admin = 1 AND statut = 1';
		$sql .= ' AND entity IN (0, '.((int) $conf->entity).') ORDER BY rowid';
		$result = $this->db->query($sql.$this->db->plimit(1));
		$row = $result ? $this->db->fetch_object($result) : null;
		$owner = new User($this->db);
		return $row && $owner->fetch($row->rowid) > 0 ? $owner : null;
	}
}
