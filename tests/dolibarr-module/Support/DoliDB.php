<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of Dolibarr's database handler over mysqli. */
class DoliDB
{
	public $type = 'mysqli';

	/** @var int Depth of the open transaction, as in Dolibarr */
	public $transaction_opened = 0;

	/** @var mysqli */
	private $connection;

	public function __construct($host, $user, $password, $name, $port)
	{
		mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
		$this->connection = new mysqli($host, $user, $password, $name, $port);
		$this->connection->set_charset('utf8mb4');
	}

	public function begin()
	{
		$this->transaction_opened++;
		return (int) $this->connection->begin_transaction();
	}

	public function commit()
	{
		$this->transaction_opened--;
		return (int) $this->connection->commit();
	}

	public function rollback()
	{
		$this->transaction_opened--;
		return (int) $this->connection->rollback();
	}

	public function plimit($limit = 0, $offset = 0)
	{
		return ' LIMIT '.((int) $offset).', '.((int) $limit);
	}

	public function query($sql, $savepoint = 0)
	{
		return $this->connection->query($sql);
	}

	public function DDLDescTable($table, $field = '')
	{
		try {
			return $this->query('DESC '.$table.' '.$field);
		} catch (mysqli_sql_exception $e) {
			return false; // no such table
		}
	}

	public function fetch_object($result)
	{
		return $result->fetch_object();
	}

	public function fetch_array($result)
	{
		return $result->fetch_array();
	}

	public function num_rows($result)
	{
		return $result->num_rows;
	}

	public function affected_rows($result)
	{
		return $this->connection->affected_rows;
	}

	public function escape($text)
	{
		return $this->connection->real_escape_string((string) $text);
	}

	public function sanitize($text)
	{
		return preg_replace('/[^0-9,]/', '', $text);
	}

	public function encrypt($value)
	{
		return "'".$this->escape($value)."'";
	}

	public function decrypt($field)
	{
		return $field;
	}

	public function idate($time)
	{
		return gmdate('Y-m-d H:i:s', $time);
	}

	public function jdate($text)
	{
		return $text === null ? '' : strtotime($text.' UTC');
	}

	public function lasterror()
	{
		return $this->connection->error;
	}
}
