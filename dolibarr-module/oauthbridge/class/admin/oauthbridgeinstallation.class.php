<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgeinstallation.class.php
 * \ingroup    oauthbridge
 * \brief      The constants that enabling the module adds and that a descriptor cannot declare
 */

require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
require_once __DIR__.'/../watch/oauthbridgegrantwatch.class.php';

/**
 * The API key and the module's name in LOCAL_CONSTS_FILES, per entity. Installing is repeatable; uninstalling leaves alone what
 * others have added.
 */
class OAuthBridgeInstallation
{
	/** Constant: the key that the module and the sidecar share. */
	const API_KEY = 'OAUTHBRIDGE_API_KEY';

	/** Note of a key that this module generated. Uninstalling keeps any other (dolibarr-oauth-bridge init, or made by hand). */
	const API_KEY_NOTE = 'Made by the module oauthbridge';

	/** Constant: for each name in it, separated by colons, Dolibarr includes NAME/NAME_consts.php at every start. */
	const LOCAL_CONSTS = 'LOCAL_CONSTS_FILES';

	/** The module's name in LOCAL_CONSTS_FILES. */
	const NAME = 'oauthbridge';

	/** @var DoliDB */
	private $db;

	/** @var string Why the last call failed: the database's message */
	public $error = '';

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
	}

	/**
	 * The bridge's own tables that do not exist.
	 *
	 * @return string[] Names with their prefix
	 */
	public function findMissingTables()
	{
		$missing = array();
		foreach (array('grant', 'event', 'consent', 'link') as $name) {
			$table = MAIN_DB_PREFIX.'oauthbridge_'.$name;
			$result = $this->db->DDLDescTable($table, 'rowid');
			if (!$result || $this->db->num_rows($result) === 0) {
				$missing[] = $table;
			}
		}
		return $missing;
	}

	/**
	 * Adds the constants that are missing in the current entity.
	 *
	 * @return bool Whether it worked; if not, error says why
	 */
	public function install()
	{
		return $this->ensureApiKey() && $this->addToLocalConsts();
	}

	/**
	 * Removes what install() added in the current entity.
	 *
	 * @return bool Whether it worked; if not, error says why
	 */
	public function uninstall()
	{
		return $this->removeFromLocalConsts() && $this->removeApiKey() && $this->removeReportedEnds();
	}

	/**
	 * Replaces the API key by a new one: 64 hexadecimal digits. The sidecar reads it within seconds.
	 *
	 * @return bool Whether it worked; if not, error says why
	 */
	public function renewApiKey()
	{
		global $conf;

		$key = bin2hex(random_bytes(32));
		return $this->check(dolibarr_set_const($this->db, self::API_KEY, $key, 'chaine', 0, self::API_KEY_NOTE, $conf->entity) > 0);
	}

	/**
	 * Generates an API key unless the entity has one.
	 *
	 * @return bool Whether there is one now
	 */
	private function ensureApiKey()
	{
		return getDolGlobalString(self::API_KEY) !== '' || $this->renewApiKey();
	}

	/**
	 * Removes the API key if this module generated it.
	 *
	 * @return bool Whether it worked
	 */
	private function removeApiKey()
	{
		global $conf;

		$row = $this->findConstant(self::API_KEY, (int) $conf->entity);
		if ($row === false) {
			return false;
		}
		if ($row === null || $row->note !== self::API_KEY_NOTE) {
			return true;
		}
		return $this->check(dolibarr_del_const($this->db, self::API_KEY, $conf->entity) > 0);
	}

	/**
	 * Removes the constants of OAuthBridgeGrantWatch.
	 *
	 * @return bool Whether it worked
	 */
	private function removeReportedEnds()
	{
		global $conf;

		$sql = 'DELETE FROM '.MAIN_DB_PREFIX.'const WHERE '.$this->db->decrypt('name');
		$sql .= " LIKE '".OAuthBridgeGrantWatch::REPORTED_PREFIX."%' AND entity = ".((int) $conf->entity);
		return $this->check((bool) $this->db->query($sql));
	}

	/**
	 * Adds the module to the entity's LOCAL_CONSTS_FILES.
	 *
	 * @return bool Whether it is in it now
	 */
	private function addToLocalConsts()
	{
		global $conf;

		$names = $this->names(getDolGlobalString(self::LOCAL_CONSTS));
		if (in_array(self::NAME, $names, true)) {
			return true;
		}
		$names[] = self::NAME;
		return $this->writeLocalConsts((int) $conf->entity, implode(':', $names));
	}

	/**
	 * Removes the module from the entity's LOCAL_CONSTS_FILES. The row is deleted where it would be empty or repeat the shared value.
	 *
	 * @return bool Whether it worked
	 */
	private function removeFromLocalConsts()
	{
		global $conf;

		$entity = (int) $conf->entity;
		$row = $this->findConstant(self::LOCAL_CONSTS, $entity);
		$shared = $this->findConstant(self::LOCAL_CONSTS, 0);
		if ($row === false || $shared === false) {
			return false;
		}
		if ($row === null || !in_array(self::NAME, $this->names($row->value), true)) {
			return true;
		}

		$rest = implode(':', array_diff($this->names($row->value), array(self::NAME)));
		if ($rest === '' || ($shared !== null && $rest === implode(':', $this->names($shared->value)))) {
			return $this->check(dolibarr_del_const($this->db, self::LOCAL_CONSTS, $entity) > 0);
		}
		return $this->writeLocalConsts($entity, $rest);
	}

	/**
	 * Stores the entity's LOCAL_CONSTS_FILES. An existing row keeps its type, visibility and note.
	 *
	 * @param  int    $entity The entity
	 * @param  string $value  The new value
	 * @return bool           Whether it worked
	 */
	private function writeLocalConsts($entity, $value)
	{
		$row = $this->findConstant(self::LOCAL_CONSTS, $entity);
		if ($row === false) {
			return false;
		}
		$type = $row === null ? 'chaine' : (string) $row->type;
		$visible = $row === null ? 0 : (int) $row->visible;
		$note = $row === null ? '' : (string) $row->note;
		return $this->check(dolibarr_set_const($this->db, self::LOCAL_CONSTS, $value, $type, $visible, $note, $entity) > 0);
	}

	/**
	 * The row of a constant in exactly one entity.
	 *
	 * @param  string $name   Its name
	 * @param  int    $entity The entity; 0 for the row that all entities share
	 * @return object|null|false The row; null if there is none; false on failure, then error says why
	 */
	private function findConstant($name, $entity)
	{
		$sql = 'SELECT '.$this->db->decrypt('value').' as value, type, visible, note FROM '.MAIN_DB_PREFIX.'const';
		$sql .= ' WHERE '.$this->db->decrypt('name')." = '".$this->db->escape($name)."' AND entity = ".((int) $entity);
		$result = $this->db->query($sql);
		if (!$this->check((bool) $result)) {
			return false;
		}
		$row = $this->db->fetch_object($result);
		return $row ? $row : null;
	}

	/**
	 * The names in a value of LOCAL_CONSTS_FILES.
	 *
	 * @param  string $value Colon separated
	 * @return string[]      Names, in their order
	 */
	private function names($value)
	{
		return array_values(array_filter(array_map('trim', explode(':', (string) $value)), 'strlen'));
	}

	/**
	 * Records the database's message after a failure.
	 *
	 * @param  bool $isGood Whether the last step worked
	 * @return bool         The same
	 */
	private function check($isGood)
	{
		if (!$isGood) {
			$this->error = $this->db->lasterror();
		}
		return $isGood;
	}
}
