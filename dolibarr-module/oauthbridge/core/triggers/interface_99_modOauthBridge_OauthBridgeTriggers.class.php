<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       core/triggers/interface_99_modOauthBridge_OauthBridgeTriggers.class.php
 * \ingroup    oauthbridge
 * \brief      What the module does when users change or log in
 */

require_once DOL_DOCUMENT_ROOT.'/core/triggers/dolibarrtriggers.class.php';

/**
 * Keeps the sign-in in step with Dolibarr's users. Never fails: what Dolibarr does goes on in any case.
 */
class InterfaceOauthBridgeTriggers extends DolibarrTriggers
{
	/** What it does something about. */
	const ACTIONS = array('USER_NEW_PASSWORD', 'USER_MODIFY', 'USER_DELETE', 'USER_LOGIN');

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
		$this->name = preg_replace('/^Interface/i', '', get_class($this));
		$this->family = 'interface';
		$this->description = 'Keeps linked accounts in step with users';
		$this->version = 'dolibarr';
		$this->picto = 'technic';
	}

	/**
	 * A new password ends the user's links. An address that users give themselves is noted, since it does not count for linking, until
	 * the user is deleted. A login by a linked account is noted once Dolibarr has accepted it.
	 *
	 * @param  string    $action What happened
	 * @param  object    $object What it happened to
	 * @param  User      $user   Who did it
	 * @param  Translate $langs  Texts
	 * @param  Conf      $conf   Configuration
	 * @return int               1 if something was done, 0 if not
	 */
	public function runTrigger($action, $object, User $user, Translate $langs, Conf $conf)
	{
		if (!in_array($action, self::ACTIONS, true) || !isModEnabled('oauthbridge')) {
			return 0;
		}
		try {
			require_once __DIR__.'/../../class/login/oauthbridgeuserchanges.class.php';
			$changes = new OAuthBridgeUserChanges($this->db, (int) $conf->entity);
			switch ($action) {
				case 'USER_NEW_PASSWORD':
					return (int) $changes->passwordChanged($object);
				case 'USER_MODIFY':
					return (int) $changes->modified($object, $user);
				case 'USER_DELETE':
					return (int) $changes->deleted($object);
				default:
					return (int) $changes->loggedIn($object);
			}
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: '.$action.' goes on without the module: '.$e->getMessage(), LOG_ERR);
			return 0;
		}
	}
}
