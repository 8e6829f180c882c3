<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';

/** Double of the base class of descriptors: stores tabs and module parts in llx_const as Dolibarr does; no widgets, jobs, rights. */
class DolibarrModules
{
	public $db;
	public $error = '';
	public $numero;
	public $rights_class;
	public $family;
	public $module_position;
	public $name;
	public $description;
	public $descriptionlong;
	public $editor_name;
	public $version;
	public $const_name;
	public $picto;
	public $langfiles;
	public $config_page_url;
	public $dirs;
	public $depends;
	public $requiredby;
	public $conflictwith;
	public $phpmin;
	public $need_dolibarr_version;
	public $const;
	public $module_parts;
	public $tabs;
	public $boxes;
	public $cronjobs;
	public $rights;
	public $menu;

	protected function _init($sql, $options = '')
	{
		global $conf;
		dolibarr_set_const($this->db, $this->const_name, '1', 'chaine', 0, '', $conf->entity);
		foreach ($this->tabs as $number => $tab) {
			dolibarr_set_const($this->db, $this->const_name.'_TABS_'.$number, $tab['data'], 'chaine', 0, '', $conf->entity);
		}
		foreach ($this->module_parts as $part => $value) {
			$text = is_array($value) ? json_encode($value) : $value;
			dolibarr_set_const($this->db, $this->const_name.'_'.strtoupper($part), $text, 'chaine', 0, '', $conf->entity);
		}
		$conf->modules[strtolower($this->name)] = strtolower($this->name);
		return 1;
	}

	protected function _remove($sql, $options = '')
	{
		global $conf;
		$this->db->query("DELETE FROM llx_const WHERE name = '".$this->const_name."' AND entity = ".$conf->entity);
		$this->delete_tabs();
		$this->delete_module_parts();
		unset($conf->modules[strtolower($this->name)]);
		return 1;
	}

	public function delete_tabs()
	{
		$this->db->query("DELETE FROM llx_const WHERE name LIKE '".$this->const_name."\\_TABS\\_%' AND entity = ".$GLOBALS['conf']->entity);
	}

	public function delete_module_parts()
	{
		$name = $this->const_name;
		$sql = "DELETE FROM llx_const WHERE name IN ('".$name."_LOGIN', '".$name."_HOOKS', '".$name."_TRIGGERS')";
		$this->db->query($sql.' AND entity = '.$GLOBALS['conf']->entity);
	}

	protected function _load_tables($folder)
	{
		$files = glob(MODULE.'/sql/llx_*.sql');
		usort($files, static function ($one, $other) {
			return array(substr($one, -8) === '.key.sql', $one) <=> array(substr($other, -8) === '.key.sql', $other);
		});
		foreach ($files as $file) {
			try {
				$this->db->query(preg_replace('/--.*$/m', '', file_get_contents($file)));
			} catch (mysqli_sql_exception $e) {
				// As in Dolibarr, a key may exist already, or refer to a table that does not exist.
				if (substr($file, -8) !== '.key.sql') {
					throw $e;
				}
			}
		}
		return 1;
	}
}
