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
	/** Constant that keeps a collector from before: JSON with id, isNew and values by property. */
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
	 * Changes a collector.
	 *
	 * @param  int                                    $id      Its id; 0 for a new one
	 * @param  string                                 $entry   Name of the entry
	 * @param  array<string,array{0:string,1:string}> $changes As findChanges() gave them
	 * @return int                                             Id of the collector; 0 where it failed, then error says why
	 */
	public function change($id, $entry, array $changes)
	{
		global $user;

		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
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
		$before = array('id' => (int) $collector->id, 'isNew' => $id <= 0, 'values' => array_map(static function ($change) {
			return $change[0];
		}, $changes));
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
	 * Puts back what change() changed: a new collector is deleted.
	 *
	 * @return bool Whether there was something to put back, and it worked
	 */
	public function undo()
	{
		global $user;

		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$before = json_decode(getDolGlobalString(self::UNDO), true);
		if (!is_array($before) || !isset($before['id'], $before['values']) || !is_array($before['values'])) {
			return false;
		}
		$collector = $this->fetch((int) $before['id']);
		$result = -1;
		if (!empty($before['isNew'])) {
			$result = $collector->delete($user);
		} elseif ($collector->id > 0) {
			foreach (array_intersect_key($before['values'], $collector->fields) as $name => $value) {
				$collector->$name = $value;
			}
			$result = $collector->update($user);
		}
		if (isset($before['values'][self::LIBRARY])) {
			dolibarr_set_const($this->db, self::LIBRARY, (string) $before['values'][self::LIBRARY], 'chaine', 0, '', $this->entity);
		}
		dolibarr_del_const($this->db, self::UNDO, $this->entity);
		return $result > 0;
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
}
