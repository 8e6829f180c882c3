<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

use PHPUnit\Framework\TestCase;

/** A test that uses the stage as a Dolibarr with the module enabled. */
abstract class ModuleTestCase extends TestCase
{
	/** An entry that the provider knows. */
	const ENTRY = 'MICROSOFT-Office';

	/** Its name in the token table. */
	const SERVICE = 'Microsoft-Office';

	/** An address at which no server listens. */
	const NOT_LISTENING = 'http://127.0.0.1:1';

	/** @var Stage */
	protected $stage;

	/** @var DoliDB */
	protected $db;

	protected function setUp(): void
	{
		$this->stage = Stage::get();
		require $this->stage->conf();
		$GLOBALS['dolibarr_main_instance_unique_id'] = $dolibarr_main_instance_unique_id;
		$this->db = new DoliDB(
			$dolibarr_main_db_host,
			$dolibarr_main_db_user,
			$dolibarr_main_db_pass,
			$dolibarr_main_db_name,
			(int) $dolibarr_main_db_port
		);
		$sql = "DELETE FROM llx_const WHERE name LIKE 'OAUTHBRIDGE\\_ENDED\\_%' OR name LIKE 'OAUTHBRIDGE\\_OWN\\_%'";
		$this->db->query($sql." OR name LIKE 'MAIN\\_MODULE\\_OAUTHBRIDGE%' OR name = 'LOCAL_CONSTS_FILES'");
		$sql = 'CREATE OR REPLACE TABLE llx_user_param (fk_user integer NOT NULL, entity integer NOT NULL DEFAULT 1,';
		$this->db->query($sql.' param varchar(180) NOT NULL, value text NOT NULL) ENGINE=InnoDB');
		$GLOBALS['db'] = $this->db;
		$GLOBALS['langs'] = new Translate();
		$GLOBALS['user'] = null;
		$GLOBALS['conf'] = new Conf();
		$this->load(1);
		$GLOBALS['conf']->modules['oauthbridge'] = 'oauthbridge';
		$this->set('OAUTHBRIDGE_ADDRESS', $this->stage->bridge());
		$this->forgetPauses();
		Log::$lines = array();
		$_SESSION = array();
	}

	/** Reads the constants of an entity. */
	protected function load($entity)
	{
		$GLOBALS['conf']->setEntityValues($this->db, $entity);
	}

	/** Sets a constant for this test only. */
	protected function set($name, $value)
	{
		$GLOBALS['conf']->global->$name = $value;
	}

	/** @return string What is in the entry's row */
	protected function row()
	{
		$result = $this->db->query("SELECT token FROM llx_oauth_token WHERE service = '".self::SERVICE."'");
		return $this->db->fetch_object($result)->token;
	}

	/** @return mixed[] Values of the module's constants and of LOCAL_CONSTS_FILES, by "NAME of ENTITY" */
	protected function constants()
	{
		$rows = array();
		$sql = "SELECT name, value, note, entity FROM llx_const WHERE name LIKE '%OAUTHBRIDGE%' OR name = 'LOCAL_CONSTS_FILES'";
		$result = $this->db->query($sql.' ORDER BY name, entity');
		while ($row = $this->db->fetch_object($result)) {
			$rows[$row->name.' of '.$row->entity] = $row->value;
		}
		return $rows;
	}

	/** Removes the notes that other tests made: pauses and alarms. */
	private function forgetPauses()
	{
		require_once MODULE.'/class/client/oauthbridgemarker.class.php';
		$property = new ReflectionProperty('OAuthBridgeMarker', 'own');
		$property->setAccessible(true);
		$property->setValue(null, array());
		array_map('unlink', glob(DOL_DATA_ROOT.'/oauthbridge/*'));
	}
}
