<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of a user. */
class User
{
	public $id = 0;
	public $admin = 0;
	public $flagdelsessionsbefore = '';
	public $context = array();
	private $db;

	public function __construct($db)
	{
		$this->db = $db;
	}

	public function call_trigger($action, $user)
	{
		return 1;
	}

	public function fetch($id = 0, $login = '', $sid = '', $loadpersonalconf = 0, $entity = -1)
	{
		$which = $id > 0 ? 'rowid = '.((int) $id) : 'entity IN (0, '.((int) $entity).") AND login = '".$this->db->escape($login)."'";
		$sql = 'SELECT rowid, UNIX_TIMESTAMP(flagdelsessionsbefore) as ended FROM llx_user WHERE '.$which.' ORDER BY entity LIMIT 1';
		$row = $this->db->fetch_object($this->db->query($sql));
		$this->id = $row ? (int) $row->rowid : 0;
		$this->flagdelsessionsbefore = $row && $row->ended ? (int) $row->ended : '';
		return $row ? 1 : 0;
	}
}
