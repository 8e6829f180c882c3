<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgeuserchanges.class.php
 * \ingroup    oauthbridge
 * \brief      What changes of a user mean for the sign-in
 */

require_once __DIR__.'/oauthbridgelinks.class.php';
require_once __DIR__.'/../client/oauthbridgealarm.class.php';

/**
 * Called by the module's triggers.
 */
class OAuthBridgeUserChanges
{
	/** Name in llx_user_param of the addresses that users gave themselves: in lower case, separated by line feeds. */
	const OWN_ADDRESSES = 'OAUTHBRIDGE_OWN_ADDRESSES';

	/** Session variable: issuer and subject of the sign-in whose login Dolibarr has not confirmed yet. */
	const CONFIRMING = 'oauthbridge_confirming';

	/** Type of the security event about dropped links. */
	const DROPPED = 'OAUTHBRIDGE_UNLINKED';

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
	 * A user has a new password: whoever linked an account to this user may be whom the new password is to keep out.
	 *
	 * @param  User $changed The user
	 * @return bool          Whether links were dropped
	 */
	public function passwordChanged($changed)
	{
		$count = OAuthBridgeLinks::removeAll($this->db, (int) $changed->id);
		if ($count > 0) {
			$what = 'New password of '.$changed->login.': '.$count.' linked accounts were dropped.';
			OAuthBridgeAlarm::write($this->db, self::DROPPED, $what);
		}
		return $count > 0;
	}

	/**
	 * A user was modified: an address that users give themselves is noted, one that somebody else gives them is trusted again.
	 *
	 * @param  User $changed The user, with oldcopy as it was before
	 * @param  User $actor   Who did it
	 * @return bool          Whether something was noted
	 */
	public function modified($changed, $actor)
	{
		$before = isset($changed->oldcopy) && is_object($changed->oldcopy) ? $changed->oldcopy : null;
		$isOwn = (int) $actor->id === (int) $changed->id;
		if ($before === null && !$isOwn) {
			return false; // new rights or a new group, say: Dolibarr calls this a modification too, and nobody has given an address
		}
		$own = $this->readOwnAddresses((int) $changed->id);
		$after = $own;
		foreach (array('email', 'email_oauth2') as $field) {
			$address = strtolower(trim((string) ($changed->$field ?? '')));
			$isNew = $before === null || strtolower(trim((string) ($before->$field ?? ''))) !== $address;
			if ($address === '' || !$isNew) {
				continue;
			}
			$after = $isOwn ? array_merge($after, array($address)) : array_diff($after, array($address));
		}
		$after = array_values(array_unique($after));
		if ($after !== $own) {
			$this->writeOwnAddresses((int) $changed->id, $after);
		}
		return $after !== $own;
	}

	/**
	 * Dolibarr has logged a user in.
	 *
	 * @param  User $loggedIn The user
	 * @return bool           Whether it was by a linked account
	 */
	public function loggedIn($loggedIn)
	{
		$account = $_SESSION[self::CONFIRMING] ?? null;
		unset($_SESSION[self::CONFIRMING]);
		$isByAccount = is_array($account) && $account['user'] === (int) $loggedIn->id
			&& ($loggedIn->context['authentication_method'] ?? 'oauthbridge') === 'oauthbridge';
		if ($isByAccount) {
			(new OAuthBridgeLinks($this->db, $this->entity))->noteLogin($account['issuer'], $account['subject']);
		}
		return $isByAccount;
	}

	/**
	 * The addresses that a user gave themselves.
	 *
	 * @param  int      $userId Id of the user
	 * @return string[]         In lower case
	 */
	public function readOwnAddresses($userId)
	{
		$addresses = array();
		$sql = 'SELECT value FROM '.MAIN_DB_PREFIX.'user_param WHERE fk_user = '.((int) $userId);
		$result = $this->db->query($sql." AND param = '".self::OWN_ADDRESSES."'");
		while ($result && ($row = $this->db->fetch_object($result))) {
			$addresses = array_merge($addresses, explode("\n", (string) $row->value));
		}
		return array_values(array_filter($addresses, 'strlen'));
	}

	/**
	 * Stores the addresses that a user gave themselves.
	 *
	 * @param  int      $userId    Id of the user
	 * @param  string[] $addresses In lower case
	 * @return void
	 */
	private function writeOwnAddresses($userId, array $addresses)
	{
		$table = MAIN_DB_PREFIX.'user_param';
		$this->db->query('DELETE FROM '.$table.' WHERE fk_user = '.((int) $userId)." AND param = '".self::OWN_ADDRESSES."'");
		if ($addresses) {
			$sql = 'INSERT INTO '.$table.' (fk_user, entity, param, value) VALUES ('.((int) $userId).', '.$this->entity;
			$this->db->query($sql.", '".self::OWN_ADDRESSES."', '".$this->db->escape(implode("\n", $addresses))."')");
		}
	}
}
