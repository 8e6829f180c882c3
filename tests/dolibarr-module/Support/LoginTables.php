<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** The tables that the sign-in reads, for a test case with a database handler. */
trait LoginTables
{
	/** Makes them. */
	private function makeTables()
	{
		$sql = 'CREATE OR REPLACE TABLE llx_user (rowid integer AUTO_INCREMENT PRIMARY KEY, login varchar(50),';
		$sql .= ' entity integer NOT NULL DEFAULT 1, admin smallint DEFAULT 0, statut tinyint DEFAULT 1,';
		$sql .= ' email varchar(255), email_oauth2 varchar(255),';
		$sql .= ' datestartvalidity datetime, dateendvalidity datetime, flagdelsessionsbefore datetime)';
		$sql .= ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
		$this->db->query('DROP TABLE IF EXISTS llx_oauthbridge_link');
		$this->db->query($sql);
		$this->db->query(file_get_contents(MODULE.'/sql/llx_oauthbridge_link.sql'));
		$this->db->query(file_get_contents(MODULE.'/sql/llx_oauthbridge_link.key.sql'));
	}

	/** Drops them. */
	private function dropTables()
	{
		foreach (array('oauthbridge_link', 'user') as $table) {
			$this->db->query('DROP TABLE IF EXISTS llx_'.$table);
		}
	}

	/** @return int Id of a new user */
	private function user($login, array $columns = array())
	{
		$values = array('login' => $login) + $columns;
		$texts = array_map(function ($value) {
			return "'".$this->db->escape($value)."'";
		}, $values);
		$this->db->query('INSERT INTO llx_user ('.implode(', ', array_keys($values)).') VALUES ('.implode(', ', $texts).')');
		return (int) $this->db->fetch_object($this->db->query('SELECT MAX(rowid) as id FROM llx_user'))->id;
	}
}
