<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Double of Dolibarr's configuration of one entity. */
class Conf
{
	/** @var stdClass Constants by name, decrypted */
	public $global;

	/** @var int The entity */
	public $entity = 1;

	/** @var array<string,string> Enabled modules */
	public $modules = array();

	/** @var stdClass What conf.php says */
	public $file;

	public function __construct()
	{
		$this->global = new stdClass();
		$this->file = new stdClass();
	}

	/** As in conf.class.php: the constants that all entities share, then those of this entity. */
	public function setEntityValues($db, $entity)
	{
		$this->entity = $entity;
		$this->global = new stdClass();
		$this->modules = array();
		$result = $db->query('SELECT name, value FROM llx_const WHERE entity IN (0, '.((int) $entity).') ORDER BY entity');
		while ($row = $db->fetch_object($result)) {
			$name = $row->name;
			$this->global->$name = dolDecrypt($row->value);
			if (preg_match('/^MAIN_MODULE_([0-9A-Z]+)$/', $name, $parts)) {
				$this->modules[strtolower($parts[1])] = strtolower($parts[1]);
			}
		}
	}
}

/** Double of the translations: gives the key and its parameters, so that tests do not depend on wording. */
class Translate
{
	public $defaultlang = 'en_US';

	public function setDefaultLang($code)
	{
		$this->defaultlang = $code;
	}

	public function loadLangs($domains)
	{
	}

	public function load($domain)
	{
		return 1;
	}

	public function trans($key, ...$values)
	{
		return ($this->defaultlang === 'en_US' ? '' : $this->defaultlang.' ').rtrim($key.' '.implode(' ', $values));
	}

	public function transnoentitiesnoconv($key, ...$values)
	{
		return $this->trans($key, ...$values);
	}
}
