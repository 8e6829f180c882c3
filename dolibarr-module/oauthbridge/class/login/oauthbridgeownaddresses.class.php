<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgeownaddresses.class.php
 * \ingroup    oauthbridge
 * \brief      Which e-mail addresses users gave themselves
 */

/**
 * The addresses that users gave themselves, which say nothing about who they are. They are in a constant of all companies for each such
 * user, where only administrators and this module write. Up to 0.1 they were in llx_user_param, where Dolibarr lets users delete what is
 * theirs (core/ajax/constantonoff.php); what is still there counts as well.
 */
class OAuthBridgeOwnAddresses
{
	/** Start of the names of the constants; the user's id follows. Their values: in lower case, a line feed before each. */
	const PREFIX = 'OAUTHBRIDGE_OWN_ADDRESSES_';

	/** Name in llx_user_param up to version 0.1. */
	const OLD_NAME = 'OAUTHBRIDGE_OWN_ADDRESSES';

	/** The entity of constants that all companies share: a user may be of several. */
	const ALL_COMPANIES = 0;

	/**
	 * The addresses that a user gave themselves.
	 *
	 * @param  DoliDB $db     Database handler
	 * @param  int    $userId Id of the user
	 * @return string[]       As fold() gives them
	 */
	public static function of($db, $userId)
	{
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$texts = array((string) dolibarr_get_const($db, self::PREFIX.((int) $userId), self::ALL_COMPANIES));
		$sql = 'SELECT value FROM '.MAIN_DB_PREFIX.'user_param WHERE fk_user = '.((int) $userId);
		$result = $db->query($sql." AND param = '".self::OLD_NAME."'");
		while ($result && ($row = $db->fetch_object($result))) {
			$texts[] = (string) $row->value;
		}
		return array_values(array_unique(array_filter(explode("\n", implode("\n", $texts)), 'strlen')));
	}

	/**
	 * Stores the addresses that a user gave themselves, in place of those before.
	 *
	 * @param  DoliDB   $db        Database handler
	 * @param  int      $userId    Id of the user
	 * @param  string[] $addresses As fold() gives them; empty for none
	 * @return void
	 */
	public static function set($db, $userId, array $addresses)
	{
		require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
		$name = self::PREFIX.((int) $userId);
		$value = $addresses ? "\n".implode("\n", $addresses) : ''; // Dolibarr decrypts what begins with dolcrypt:, whatever users type
		if (dolibarr_set_const($db, $name, $value, 'chaine', 0, '', self::ALL_COMPANIES) <= 0) {
			dol_syslog('oauthbridge: the addresses that user '.((int) $userId).' set could not be noted: '.$db->lasterror(), LOG_ERR);
			return;
		}
		$sql = 'DELETE FROM '.MAIN_DB_PREFIX.'user_param WHERE fk_user = '.((int) $userId);
		$db->query($sql." AND param = '".self::OLD_NAME."'");
	}

	/**
	 * Moves what an older version left in llx_user_param, before its users can delete it.
	 *
	 * @param  DoliDB $db Database handler
	 * @return void
	 */
	public static function moveOld($db)
	{
		$users = array();
		$result = $db->query('SELECT DISTINCT fk_user FROM '.MAIN_DB_PREFIX."user_param WHERE param = '".self::OLD_NAME."'");
		while ($result && ($row = $db->fetch_object($result))) {
			$users[] = (int) $row->fk_user;
		}
		foreach ($users as $userId) {
			$db->begin();
			$db->query('SELECT rowid FROM '.MAIN_DB_PREFIX.'user WHERE rowid = '.$userId.' FOR UPDATE'); // who changes the user waits
			self::set($db, $userId, self::of($db, $userId));
			$db->commit();
		}
	}

	/**
	 * An address in the form in which addresses are compared: without regard to the case of ASCII letters only. strtolower depends on the
	 * locale before PHP 8.2.
	 *
	 * @param  string $address The address
	 * @return string          With ASCII letters in lower case
	 */
	public static function fold($address)
	{
		return strtr($address, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
	}
}
