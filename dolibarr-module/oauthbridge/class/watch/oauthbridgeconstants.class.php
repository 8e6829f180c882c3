<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/watch/oauthbridgeconstants.class.php
 * \ingroup    oauthbridge
 * \brief      Constants that several processes change at the same time
 */

/**
 * Constants of the current entity by which processes agree who does something: the unique key of llx_const and a compare-and-swap make
 * sure that only one of them does.
 */
class OAuthBridgeConstants
{
	/**
	 * Adds a constant of the current entity.
	 *
	 * @param  DoliDB $db    Database handler
	 * @param  string $name  Name
	 * @param  string $value Value
	 * @return bool          False where it exists already: another process was faster
	 */
	public static function insert($db, $name, $value)
	{
		global $conf;

		$sql = 'INSERT IGNORE INTO '.MAIN_DB_PREFIX.'const (name, value, type, visible, entity) VALUES (';
		$sql .= $db->encrypt($name).', '.$db->encrypt($value).", 'chaine', 0, ".((int) $conf->entity).')';
		$result = $db->query($sql.($db->type === 'pgsql' ? ' ON CONFLICT DO NOTHING' : '')); // no IGNORE there
		return $result && $db->affected_rows($result) === 1;
	}

	/**
	 * Changes a constant of the current entity, if nobody else has changed it.
	 *
	 * @param  DoliDB $db   Database handler
	 * @param  string $name Name
	 * @param  string $from Its value as this process knows it
	 * @param  string $to   Its new value
	 * @return bool         Whether it was changed by this call
	 */
	public static function swap($db, $name, $from, $to)
	{
		$sql = 'UPDATE '.MAIN_DB_PREFIX.'const SET value = '.$db->encrypt($to).' WHERE '.self::named($db, $name);
		$sql .= ' AND '.$db->decrypt('value')." = '".$db->escape($from)."'";
		$result = $db->query($sql);
		return $result && $db->affected_rows($result) > 0;
	}

	/**
	 * A constant of the current entity, as the database has it now.
	 *
	 * @param  DoliDB $db   Database handler
	 * @param  string $name Name
	 * @return string       Its value; empty where it does not exist
	 */
	public static function read($db, $name)
	{
		$sql = 'SELECT '.$db->decrypt('value').' as value FROM '.MAIN_DB_PREFIX.'const WHERE '.self::named($db, $name);
		$result = $db->query($sql);
		$row = $result ? $db->fetch_object($result) : null;
		return $row ? (string) $row->value : '';
	}

	/**
	 * The condition for the row of a constant of the current entity.
	 *
	 * @param  DoliDB $db   Database handler
	 * @param  string $name Name
	 * @return string       SQL
	 */
	private static function named($db, $name)
	{
		global $conf;

		return $db->decrypt('name')." = '".$db->escape($name)."' AND entity = ".((int) $conf->entity);
	}

	/**
	 * Removes a constant of the current entity.
	 *
	 * @param  DoliDB $db   Database handler
	 * @param  string $name Name
	 * @return void
	 */
	public static function delete($db, $name)
	{
		$db->query('DELETE FROM '.MAIN_DB_PREFIX.'const WHERE '.self::named($db, $name));
	}
}
