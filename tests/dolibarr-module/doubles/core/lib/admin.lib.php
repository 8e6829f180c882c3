<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** Doubles of the functions of admin.lib.php that the module calls. */

function dolibarr_get_const($db, $name, $entity = 1)
{
	$sql = "SELECT value FROM llx_const WHERE name = '".$db->escape($name)."' AND entity = ".((int) $entity);
	$row = $db->fetch_object($db->query($sql));
	return $row ? dolDecrypt($row->value) : '';
}

function dolibarr_set_const($db, $name, $value, $type = 'chaine', $visible = 0, $note = '', $entity = 1)
{
	global $conf;
	$stored = preg_match('/(_KEY|_SECRET)$/', $name) ? dolEncrypt($value) : $value;
	$db->query("DELETE FROM llx_const WHERE name = '".$db->escape($name)."' AND entity = ".((int) $entity));
	if ((string) $value !== '') {
		$sql = 'INSERT INTO llx_const (name, value, type, visible, note, entity) VALUES (';
		$sql .= "'".$db->escape($name)."', '".$db->escape($stored)."', '".$db->escape($type)."', ";
		$db->query($sql.((int) $visible).", '".$db->escape($note)."', ".((int) $entity).')');
	}
	$conf->global->$name = $value;
	return 1;
}

function dolibarr_del_const($db, $name, $entity = 1)
{
	global $conf;
	$db->query("DELETE FROM llx_const WHERE name = '".$db->escape($name)."' AND entity = ".((int) $entity));
	$conf->global->$name = '';
	return 1;
}

function versionphparray()
{
	return explode('.', PHP_VERSION);
}

function versiondolibarrarray()
{
	return explode('.', $GLOBALS['dolibarr_version'] ?? DOL_VERSION);
}

function versiontostring($version)
{
	return implode('.', $version);
}

function versioncompare($one, $other)
{
	return version_compare(implode('.', $one), implode('.', $other));
}
