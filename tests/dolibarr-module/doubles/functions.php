<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Doubles of the functions of Dolibarr's core/lib that the module calls. Where releases differ, they behave as in the oldest.
 */

define('MAIN_DB_PREFIX', 'llx_');
define('DOL_VERSION', '22.0.4');

/** Keeps what was logged, for tests to read. */
class Log
{
	/** @var array<int,array{0:int,1:string}> Level and line */
	public static $lines = array();

	/** @return string[] The warnings and worse */
	public static function warnings()
	{
		return array_column(array_filter(self::$lines, static function ($line) {
			return $line[0] <= LOG_WARNING;
		}), 1);
	}
}

function dol_syslog($message, $level = LOG_INFO)
{
	Log::$lines[] = array($level, $message);
}

function getDolGlobalString($key, $default = '')
{
	global $conf;
	return (string) (empty($conf->global->$key) ? $default : $conf->global->$key);
}

function getDolGlobalInt($key, $default = 0)
{
	global $conf;
	return (int) (empty($conf->global->$key) ? $default : $conf->global->$key);
}

function isModEnabled($module)
{
	global $conf;
	return isset($conf->modules[$module]);
}

function dol_now()
{
	return time();
}

function setEventMessages($message)
{
	$_SESSION['dol_events'][] = $message;
}
