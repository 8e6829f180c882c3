<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgemarker.class.php
 * \ingroup    oauthbridge
 * \brief      Something that all PHP processes of this Dolibarr should know for a while
 */

/**
 * A note to all PHP processes of this Dolibarr that ends by itself: an empty file in Dolibarr's documents directory whose time of change
 * says until when it counts. Where the file cannot be written, the note counts in this process only.
 */
class OAuthBridgeMarker
{
	/** Longest life of a note, in seconds. A file that claims more, after a change of the clock, does not count. */
	const MAX_TTL = 86400;

	/** @var array<string,int> Unix time until which a note counts, by name; of this process */
	private static $own = array();

	/**
	 * Whether a note counts at present.
	 *
	 * @param  string $name Name of the note
	 * @return bool         True if so
	 */
	public static function isSet($name)
	{
		if ((self::$own[$name] ?? 0) > time()) {
			return true;
		}
		$until = self::readFile($name);
		return $until > time() && $until <= time() + self::MAX_TTL;
	}

	/**
	 * Makes a note.
	 *
	 * @param  string $name    Name of the note
	 * @param  int    $seconds How long it counts
	 * @return void
	 */
	public static function set($name, $seconds)
	{
		self::$own[$name] = time() + $seconds;
		$file = self::file($name);
		if ($file !== '' && !is_link($file)) {
			@mkdir(dirname($file), 0770);
			@touch($file, self::$own[$name]);
		}
	}

	/**
	 * Ends a note.
	 *
	 * @param  string $name Name of the note
	 * @return void
	 */
	public static function clear($name)
	{
		unset(self::$own[$name]);
		if (self::readFile($name) > 0) {
			@unlink(self::file($name));
		}
	}

	/**
	 * Until when a note's file counts.
	 *
	 * @param  string $name Name of the note
	 * @return int          Unix time; 0 where there is no file
	 */
	private static function readFile($name)
	{
		$file = self::file($name);
		if ($file === '') {
			return 0;
		}
		clearstatcache(true, $file);
		return (int) @filemtime($file);
	}

	/**
	 * The file of a note.
	 *
	 * @param  string $name Name of the note
	 * @return string       Path; empty where there is no documents directory
	 */
	private static function file($name)
	{
		return defined('DOL_DATA_ROOT') ? DOL_DATA_ROOT.'/oauthbridge/'.substr(hash('sha256', $name), 0, 32).'.until' : '';
	}
}
