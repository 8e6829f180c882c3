<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgecollectors.class.php
 * \ingroup    oauthbridge
 * \brief      Changes of Dolibarr's e-mail collectors, with an undo
 */

/**
 * Makes an e-mail collector read with an entry: one that exists, or a new one, which is inactive until its filters and actions are set.
 * What was set before is kept.
 */
class OAuthBridgeCollectors
{
	/** Constant that keeps a collector from before: JSON with id, isNew, and value before and value written by property. */
	const UNDO = 'OAUTHBRIDGE_UNDO_COLLECTOR';

	/** Constant without which Dolibarr's collectors do not log in with a token. */
	const LIBRARY = 'MAIN_IMAP_USE_PHPIMAP';

	/** Value of a collector's acces_type: OAuth. */
	const OAUTH = 1;

	/** @var DoliDB */
	private $db;

	/** @var int */
	private $entity;

	/** @var string Why the last call failed */
	public $error = '';

	/**
	 * @param DoliDB $db     Database handler
	 * @param int    $entity The entity
	 */
	public function __construct($db, $entity)
	{
		$this->db = $db;
		$this->entity = (int) $entity;
	}

	/**
	 * The collectors.
	 *
	 * @return array<int,string> Name by id
	 */
	public function list()
	{
		$collectors = array();
		$sql = 'SELECT rowid, ref, label FROM '.MAIN_DB_PREFIX.'emailcollector_emailcollector';
		$sql .= ' WHERE entity IN ('.getEntity('emailcollector').') ORDER BY ref';
		$result = $this->db->query($sql);
		while ($result && ($row = $this->db->fetch_object($result))) {
			$label = (string) $row->label;
			$collectors[(int) $row->rowid] = $row->ref.($label === '' || $label === $row->ref ? '' : ' ('.$label.')');
		}
		return $collectors;
	}

	/**
	 * Whether a collector is switched on.
	 *
	 * @param  int  $id Its id
	 * @return bool     True if so
	 */
	public function isOn($id)
	{
		$sql = 'SELECT status FROM '.MAIN_DB_PREFIX.'emailcollector_emailcollector WHERE rowid = '.((int) $id);
		$row = $this->first($sql);
		return $row && (int) $row->status === 1;
	}

	/**
	 * What changes in a collector.
	 *
	 * @param  int                 $id     Its id; 0 for a new one
	 * @param  string              $entry  Name of the entry
	 * @param  array<string,mixed> $server host, port, security (tls, starttls or none), username
	 * @return array<string,array{0:string,1:string}> Value now and then, by property or constant; only those that differ
	 */
	public function findChanges($id, $entry, array $server)
	{
		$collector = $this->fetch($id);
		$encryption = array('tls' => 'ssl', 'starttls' => 'tls', 'none' => 'notls');
		$wanted = array(
			'host' => (string) $server['host'],
			'port' => (string) $server['port'],
			'imap_encryption' => $encryption[$server['security']] ?? 'ssl',
			'acces_type' => (string) self::OAUTH,
			'oauth_service' => $entry,
			'login' => (string) $server['username'],
		);
		$changes = array();
		foreach (array_intersect_key($wanted, $collector->fields) as $name => $value) {
			$now = isset($collector->$name) && $id > 0 ? (string) $collector->$name : '';
			if ($now !== $value) {
				$changes[$name] = array($now, $value);
			}
		}
		if (!getDolGlobalInt(self::LIBRARY)) {
			$changes[self::LIBRARY] = array(getDolGlobalString(self::LIBRARY), '1');
		}
		return $changes;
	}

	/**
	 * Changes a collector. For undo() it keeps the values from before, and what it wrote; what is still as an earlier change wrote it
	 * keeps its value from before that one.
	 *
	 * @param  int                                    $id      Its id; 0 for a new one
	 * @param  string                                 $entry   Name of the entry
	 * @param  array<string,array{0:string,1:string}> $changes As findChanges() gave them
	 * @return int                                             Id of the collector; 0 where it failed, then error says why
	 */
	public function change($id, $entry, array $changes)
	{
		global $user;

		if (!$changes) {
			return $id;
		}
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$kept = $this->findUndo();
		$isAgain = $kept !== null && $kept['id'] === $id;
		$values = $isAgain ? array_map('array_reverse', $kept['changes']) : array();
		foreach ($changes as $name => list($now, $value)) {
			$values[$name] = array($values[$name][0] ?? $now, $value);
		}
		$collector = $this->fetch($id);
		foreach (array_diff_key($changes, array(self::LIBRARY => '')) as $name => list(, $value)) {
			$collector->$name = $value;
		}
		if ($id <= 0) {
			$collector->ref = $entry;
			$collector->label = $entry;
			$collector->source_directory = 'INBOX';
			$collector->maxemailpercollect = 50;
			$collector->status = 0;
		}
		$this->db->begin();
		$result = $id > 0 ? $collector->update($user) : $collector->create($user);
		$isNew = $id <= 0 || ($isAgain && $kept['isNew']);
		$before = array('id' => (int) $collector->id, 'isNew' => $isNew, 'values' => $values);
		$isGood = $result > 0
			&& dolibarr_set_const($this->db, self::UNDO, json_encode($before), 'chaine', 0, '', $this->entity) > 0
			&& (!isset($changes[self::LIBRARY]) || dolibarr_set_const($this->db, self::LIBRARY, '1', 'chaine', 0, '', $this->entity) > 0);
		if (!$isGood) {
			$this->error = trim($collector->error.' '.$this->db->lasterror());
			$this->db->rollback();
			return 0;
		}
		$this->db->commit();
		return (int) $collector->id;
	}

	/**
	 * What undo() would do.
	 *
	 * @return array{id:int,name:string,isNew:bool,isUsed:bool,changes:array<string,array{0:string,1:string}>,left:string[]}|null
	 *         isNew: the collector is deleted; isUsed: it is not, since somebody has set it up; changes: value now and then, by property or
	 *         constant; left: what was changed again since and stays; null where there is nothing to put back
	 */
	public function findUndo()
	{
		$kept = json_decode(getDolGlobalString(self::UNDO), true);
		$id = is_array($kept) && isset($kept['id'], $kept['values']) && is_array($kept['values']) ? (int) $kept['id'] : 0;
		$name = $id > 0 ? ($this->list()[$id] ?? null) : null;
		if ($name === null) {
			return null;
		}
		$isNew = !empty($kept['isNew']);
		$collector = $this->fetch($id);
		$changes = array();
		$left = array();
		foreach ($kept['values'] as $property => $pair) {
			$isLibrary = $property === self::LIBRARY;
			$isKnown = is_array($pair) && isset($pair[0], $pair[1]) && ($isLibrary || (!$isNew && isset($collector->fields[$property])));
			if (!$isKnown || ($isLibrary && $this->hasOtherWithToken($id))) {
				continue;
			}
			$now = $isLibrary ? getDolGlobalString(self::LIBRARY) : (string) $collector->$property;
			if ($now === (string) $pair[1]) {
				$changes[$property] = array($now, (string) $pair[0]);
			} else {
				$left[] = $property;
			}
		}
		if (!$isNew && !$changes) {
			return null;
		}
		$isUsed = $isNew && $this->isUsed($id);
		return array('id' => $id, 'name' => $name, 'isNew' => $isNew, 'isUsed' => $isUsed, 'changes' => $changes, 'left' => $left);
	}

	/**
	 * Puts back what change() changed and nobody changed since: a new collector is deleted, unless somebody has set it up.
	 *
	 * @return bool Whether there was something to put back, and it worked; if it failed, error says why
	 */
	public function undo()
	{
		global $user;

		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$undo = $this->findUndo();
		if ($undo === null || $undo['isUsed']) {
			return false;
		}
		$collector = $this->fetch($undo['id']);
		foreach (array_diff_key($undo['changes'], array(self::LIBRARY => '')) as $name => list(, $value)) {
			$collector->$name = $value;
		}
		$library = $undo['changes'][self::LIBRARY][1] ?? null;
		$this->db->begin();
		$isGood = ($undo['isNew'] ? $collector->delete($user) : $collector->update($user)) > 0
			&& ($library === null || dolibarr_set_const($this->db, self::LIBRARY, $library, 'chaine', 0, '', $this->entity) > 0)
			&& dolibarr_del_const($this->db, self::UNDO, $this->entity) > 0;
		if (!$isGood) {
			$this->error = trim($collector->error.' '.$this->db->lasterror());
			$this->db->rollback();
			return false;
		}
		return $this->db->commit() > 0;
	}

	/**
	 * Whether somebody has set a collector up: it is switched on, or has filters or actions.
	 *
	 * @param  int  $id Its id
	 * @return bool     True if so; also where that cannot be found out
	 */
	private function isUsed($id)
	{
		$count = 0;
		foreach (array('emailcollector_emailcollectorfilter', 'emailcollector_emailcollectoraction') as $table) {
			$sql = 'SELECT COUNT(*) as number FROM '.MAIN_DB_PREFIX.$table.' WHERE fk_emailcollector = '.((int) $id);
			$row = $this->first($sql);
			$count += $row ? (int) $row->number : 1;
		}
		return $count > 0 || $this->isOn($id);
	}

	/**
	 * Whether another collector logs in with a token, and so needs the library too.
	 *
	 * @param  int  $id Id of a collector
	 * @return bool     True if so
	 */
	private function hasOtherWithToken($id)
	{
		$sql = 'SELECT COUNT(*) as number FROM '.MAIN_DB_PREFIX.'emailcollector_emailcollector';
		$sql .= ' WHERE acces_type = '.self::OAUTH.' AND rowid <> '.((int) $id);
		$row = $this->first($sql);
		return $row && (int) $row->number > 0;
	}

	/**
	 * A collector.
	 *
	 * @param  int            $id Its id; 0 for a new one
	 * @return EmailCollector     The collector
	 */
	private function fetch($id)
	{
		require_once DOL_DOCUMENT_ROOT.'/emailcollector/class/emailcollector.class.php';
		$collector = new EmailCollector($this->db);
		if ($id > 0) {
			$collector->fetch($id);
		}
		return $collector;
	}

	/**
	 * The first row of a query.
	 *
	 * @param  string              $sql SQL
	 * @return stdClass|null|false      The row; null or false where there is none, or the database fails
	 */
	private function first($sql)
	{
		$result = $this->db->query($sql);
		return $result ? $this->db->fetch_object($result) : null;
	}
}
