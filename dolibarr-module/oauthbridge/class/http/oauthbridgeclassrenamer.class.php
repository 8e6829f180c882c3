<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/http/oauthbridgeclassrenamer.class.php
 * \ingroup    oauthbridge
 * \brief      Includes a PHP file with its class under another name
 */

/**
 * A stream filter that renames the class that a file declares while the file is included. The file itself stays as it is.
 */
class OAuthBridgeClassRenamer extends php_user_filter
{
	/** Name of the stream filter. */
	const FILTER = 'oauthbridge.rename';

	/** @var string[] Name of the class in the file, new name */
	private static $names = array('', '');

	/** @var string The source read so far */
	private $source = '';

	/**
	 * Includes a file with its class under another name.
	 *
	 * @param  string $file  File that declares one class
	 * @param  string $class The class's name there, without namespace
	 * @param  string $name  The new name
	 * @return void
	 */
	public static function load($file, $class, $name)
	{
		if (!in_array(self::FILTER, stream_get_filters(), true)) {
			stream_filter_register(self::FILTER, __CLASS__);
		}
		self::$names = array($class, $name);
		// Where php.ini forbids this, the class does not exist afterwards, which the caller checks; no warning may get into a page.
		@include_once 'php://filter/read='.self::FILTER.'/resource='.$file;
	}

	/**
	 * Collects the source and passes it on as a whole, with the class renamed (php_user_filter::filter).
	 *
	 * @param  resource $in        Buckets to read
	 * @param  resource $out       Buckets to write
	 * @param  int      $consumed  Bytes read; increased here
	 * @param  bool     $closing   Whether the stream is closing
	 * @return int                 PSFS_PASS_ON or, until the source is complete, PSFS_FEED_ME
	 */
	public function filter($in, $out, &$consumed, $closing): int
	{
		while ($bucket = stream_bucket_make_writeable($in)) {
			$this->source .= $bucket->data;
			$consumed += $bucket->datalen;
		}
		if (!$closing && !feof($this->stream)) {
			return PSFS_FEED_ME;
		}
		if ($this->source === '') {
			return PSFS_PASS_ON;
		}
		$pattern = '/^((?:abstract\s+|final\s+)?class\s+)'.preg_quote(self::$names[0], '/').'\b/m';
		$renamed = preg_replace($pattern, '${1}'.self::$names[1], $this->source, 1);
		stream_bucket_append($out, stream_bucket_new($this->stream, $renamed));
		$this->source = '';
		return PSFS_PASS_ON;
	}
}
