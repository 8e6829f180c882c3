<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgemailsettings.class.php
 * \ingroup    oauthbridge
 * \brief      Changes of Dolibarr's settings for outgoing mail, with an undo
 */

/**
 * Makes Dolibarr send mail with an entry. What was set before is kept.
 */
class OAuthBridgeMailSettings
{
	/** Constant that keeps the mail settings from before: JSON, value before and value written by name. */
	const UNDO = 'OAUTHBRIDGE_UNDO_MAIL';

	/** @var DoliDB */
	private $db;

	/** @var int */
	private $entity;

	/**
	 * @param DoliDB $db     Database handler
	 * @param int    $entity The entity
	 */
	public function __construct($db, $entity)
	{
		$this->db = $db;
		$this->entity = (int) $entity;
	}

	/**
	 * The mail settings that will change.
	 *
	 * @param  string              $entry  Name of the entry
	 * @param  array<string,mixed> $server host, port, security (tls, starttls or none), username
	 * @return array<string,array{0:string,1:string}> Value now and then, by constant; only those that differ
	 */
	public static function findChanges($entry, array $server)
	{
		$wanted = array(
			'MAIN_MAIL_SENDMODE' => 'smtps',
			'MAIN_MAIL_SMTP_SERVER' => (string) $server['host'],
			'MAIN_MAIL_SMTP_PORT' => (string) $server['port'],
			'MAIN_MAIL_SMTPS_ID' => (string) $server['username'],
			'MAIN_MAIL_SMTPS_AUTH_TYPE' => 'XOAUTH2',
			'MAIN_MAIL_SMTPS_OAUTH_SERVICE' => $entry,
			'MAIN_MAIL_EMAIL_TLS' => $server['security'] === 'tls' ? '1' : '0',
			'MAIN_MAIL_EMAIL_STARTTLS' => $server['security'] === 'starttls' ? '1' : '0',
		);
		$changes = array();
		foreach ($wanted as $name => $value) {
			$now = getDolGlobalString($name);
			if (!self::isSame($now, $value)) {
				$changes[$name] = array($now, $value);
			}
		}
		return $changes;
	}

	/**
	 * What undo() would write: settings that were changed again since then are not among them.
	 *
	 * @return array<string,array{0:string,1:string}> Value now and then, by constant
	 */
	public static function findUndo()
	{
		$changes = array();
		foreach (self::kept() as $name => list($before, $written)) {
			if (self::isSame(getDolGlobalString($name), $written)) {
				$changes[$name] = array($written, $before);
			}
		}
		return $changes;
	}

	/**
	 * What change() changed and somebody else changed again since then.
	 *
	 * @return string[] Names of the constants
	 */
	public static function findChangedSince()
	{
		return array_keys(array_diff_key(self::kept(), self::findUndo()));
	}

	/**
	 * Changes Dolibarr's mail settings, all or none. For undo() it keeps the values from before, and what it wrote; what is still as an
	 * earlier change wrote it keeps its value from before that one.
	 *
	 * @param  array<string,array{0:string,1:string}> $changes As findChanges() gave them
	 * @return bool                                            Whether it worked
	 */
	public function change(array $changes)
	{
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$kept = array_map('array_reverse', self::findUndo());
		foreach ($changes as $name => list($now, $value)) {
			$kept[$name] = array($kept[$name][0] ?? $now, $value);
		}
		$this->db->begin();
		return $this->finish(dolibarr_set_const($this->db, self::UNDO, json_encode($kept), 'chaine', 0, '', $this->entity) > 0, $changes);
	}

	/**
	 * Puts the mail settings back that change() changed and nobody changed since, all or none.
	 *
	 * @return bool Whether there was something to put back, and it worked
	 */
	public function undo()
	{
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$changes = self::findUndo();
		if (!$changes) {
			return false;
		}
		$this->db->begin();
		return $this->finish(dolibarr_del_const($this->db, self::UNDO, $this->entity) > 0, $changes);
	}

	/**
	 * Writes settings, and ends the transaction that began with what is kept for undo().
	 *
	 * @param  bool                                   $isGood  Whether that worked
	 * @param  array<string,array{0:string,1:string}> $changes Value now and value to write, by constant
	 * @return bool                                            Whether all was written; else nothing was
	 */
	private function finish($isGood, array $changes)
	{
		foreach ($changes as $name => list(, $value)) {
			$isGood = $isGood && dolibarr_set_const($this->db, $name, $value, 'chaine', 0, '', $this->entity) > 0;
		}
		if (!$isGood) {
			$this->db->rollback();
			return false;
		}
		return $this->db->commit() > 0;
	}

	/**
	 * What change() kept.
	 *
	 * @return array<string,array{0:string,1:string}> Value before and value written, by constant
	 */
	private static function kept()
	{
		$kept = json_decode(getDolGlobalString(self::UNDO), true);
		return array_filter(is_array($kept) ? $kept : array(), static function ($pair, $name) {
			return strncmp((string) $name, 'MAIN_MAIL_', 10) === 0
				&& is_array($pair) && isset($pair[0], $pair[1]) && is_string($pair[0]) && is_string($pair[1]);
		}, ARRAY_FILTER_USE_BOTH);
	}

	/**
	 * Whether two values mean the same to Dolibarr, which reads 0 as not set.
	 *
	 * @param  string $one   A value
	 * @param  string $other Another one
	 * @return bool          True if so
	 */
	private static function isSame($one, $other)
	{
		return ($one === '' ? '0' : $one) === ($other === '' ? '0' : $other);
	}
}
