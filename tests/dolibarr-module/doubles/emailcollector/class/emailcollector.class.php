<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of an e-mail collector: a row of its table. */
class EmailCollector
{
	const COLUMNS = array(
		'ref', 'label', 'host', 'port', 'imap_encryption', 'acces_type', 'oauth_service', 'login', 'source_directory', 'maxemailpercollect',
		'status',
	);

	public $id = 0;
	public $ref;
	public $label;
	public $host;
	public $port;
	public $imap_encryption;
	public $acces_type = 0;
	public $oauth_service;
	public $login;
	public $source_directory;
	public $maxemailpercollect = 100;
	public $status = 0;
	public $fields;
	public $error = '';
	private $db;

	public function __construct($db)
	{
		$this->db = $db;
		$this->fields = array_fill_keys(self::COLUMNS, array());
	}

	public function fetch($id, $ref = null)
	{
		$row = $this->db->fetch_object($this->db->query('SELECT * FROM llx_emailcollector_emailcollector WHERE rowid = '.((int) $id)));
		foreach ($row ? self::COLUMNS : array() as $column) {
			$this->$column = $row->$column;
		}
		$this->id = $row ? (int) $row->rowid : 0;
		return $row ? 1 : 0;
	}

	public function create($user)
	{
		$this->db->query('INSERT INTO llx_emailcollector_emailcollector (entity) VALUES (1)');
		$row = $this->db->fetch_object($this->db->query('SELECT MAX(rowid) as id FROM llx_emailcollector_emailcollector'));
		$this->id = (int) $row->id;
		return $this->update($user);
	}

	public function update($user)
	{
		$values = array();
		foreach (self::COLUMNS as $column) {
			$values[] = $column." = '".$this->db->escape($this->$column)."'";
		}
		$this->db->query('UPDATE llx_emailcollector_emailcollector SET '.implode(', ', $values).' WHERE rowid = '.$this->id);
		return 1;
	}

	public function delete($user)
	{
		$this->db->query('DELETE FROM llx_emailcollector_emailcollector WHERE rowid = '.$this->id);
		return 1;
	}
}
