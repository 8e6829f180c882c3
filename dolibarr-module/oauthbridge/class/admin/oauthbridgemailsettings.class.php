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
	/** Constant that keeps the mail settings from before: JSON, value by name. */
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
			if ($now !== $value && !($now === '' && $value === '0')) {
				$changes[$name] = array($now, $value);
			}
		}
		return $changes;
	}

	/**
	 * Changes Dolibarr's mail settings, all or none; the values from before are kept for undo().
	 *
	 * @param  array<string,array{0:string,1:string}> $changes As findChanges() gave them
	 * @return bool                                            Whether it worked
	 */
	public function change(array $changes)
	{
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$before = json_encode(array_map(static function ($change) {
			return $change[0];
		}, $changes));
		$this->db->begin();
		$isGood = dolibarr_set_const($this->db, self::UNDO, $before, 'chaine', 0, '', $this->entity) > 0;
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
	 * Puts the mail settings back that change() changed.
	 *
	 * @return bool Whether there was something to put back
	 */
	public function undo()
	{
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$before = json_decode(getDolGlobalString(self::UNDO), true);
		if (!is_array($before)) {
			return false;
		}
		foreach ($before as $name => $value) {
			if (strncmp((string) $name, 'MAIN_MAIL_', 10) === 0 && is_string($value)) {
				dolibarr_set_const($this->db, $name, $value, 'chaine', 0, '', $this->entity);
			}
		}
		dolibarr_del_const($this->db, self::UNDO, $this->entity);
		return true;
	}
}
