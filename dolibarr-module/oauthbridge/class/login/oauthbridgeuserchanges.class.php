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
require_once __DIR__.'/oauthbridgeownaddresses.class.php';
require_once __DIR__.'/../client/oauthbridgealarm.class.php';

/**
 * Called by the module's triggers.
 */
class OAuthBridgeUserChanges
{
	/** Session variable: issuer and subject of the sign-in whose login Dolibarr has not confirmed yet. */
	const CONFIRMING = 'oauthbridge_confirming';

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
			OAuthBridgeAlarm::write($this->db, OAuthBridgeLinks::DROPPED, $what);
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
		$own = OAuthBridgeOwnAddresses::of($this->db, (int) $changed->id);
		$after = $own;
		foreach (array('email', 'email_oauth2') as $field) {
			$address = self::addressOf($changed, $field);
			$isNew = $before === null || self::addressOf($before, $field) !== $address;
			if ($address === '' || !$isNew) {
				continue;
			}
			$after = $isOwn ? array_merge($after, array($address)) : array_diff($after, array($address));
		}
		$after = array_values(array_unique($after));
		if ($after !== $own) {
			OAuthBridgeOwnAddresses::set($this->db, (int) $changed->id, $after);
		}
		return $after !== $own;
	}

	/**
	 * A user was deleted: another one may get the same id.
	 *
	 * @param  User $deleted The user
	 * @return bool          Whether something was forgotten
	 */
	public function deleted($deleted)
	{
		$isNoted = OAuthBridgeOwnAddresses::of($this->db, (int) $deleted->id) !== array();
		if ($isNoted) {
			OAuthBridgeOwnAddresses::set($this->db, (int) $deleted->id, array());
		}
		return $isNoted;
	}

	/**
	 * Dolibarr has logged a user in. The first one after an upgrade moves what an older version noted.
	 *
	 * @param  User $loggedIn The user
	 * @return bool           Whether it was by a linked account
	 */
	public function loggedIn($loggedIn)
	{
		OAuthBridgeOwnAddresses::moveOld($this->db);
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
	 * An address of a user.
	 *
	 * @param  User   $user  The user
	 * @param  string $field email or email_oauth2
	 * @return string        As OAuthBridgeOwnAddresses::fold gives it; empty for none
	 */
	private static function addressOf($user, $field)
	{
		return OAuthBridgeOwnAddresses::fold(trim((string) ($user->$field ?? '')));
	}
}
