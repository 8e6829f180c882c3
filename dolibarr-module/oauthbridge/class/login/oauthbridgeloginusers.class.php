<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgeloginusers.class.php
 * \ingroup    oauthbridge
 * \brief      Which user of Dolibarr an identity belongs to, and whether that user may log in
 */

require_once __DIR__.'/oauthbridgelinking.class.php';
require_once __DIR__.'/oauthbridgelinks.class.php';
require_once __DIR__.'/oauthbridgeownaddresses.class.php';

/**
 * Finds the user of an identity that the bridge has validated. The browser gets the same answer whether no user was found or the user
 * may not log in; the reason goes into the log and the security events only.
 */
class OAuthBridgeLoginUsers
{
	/** Google's claim iss. */
	const GOOGLE_ISSUERS = array('https://accounts.google.com', 'accounts.google.com');

	/** @var DoliDB */
	private $db;

	/** @var int */
	private $entity;

	/** @var OAuthBridgeLinks */
	private $links;

	/** @var string Name of the column with the e-mail address at the provider; empty until it was looked up */
	private $addressColumn = '';

	/** @var string Why the last call returned no user */
	private $reason = '';

	/**
	 * @param DoliDB $db     Database handler
	 * @param int    $entity The entity to log in to
	 */
	public function __construct($db, $entity)
	{
		$this->db = $db;
		$this->entity = (int) $entity;
		$this->links = new OAuthBridgeLinks($db, $this->entity);
	}

	/**
	 * Why the last call returned no user.
	 *
	 * @return string Stable word for administrators, such as email_unknown or user_disabled; empty if it returned one
	 */
	public function getReason()
	{
		return $this->reason;
	}

	/**
	 * The user whom an identity signs in. Where the setup allows it, a first sign-in links the user by e-mail address.
	 *
	 * @param  array<string,mixed> $identity As OAuthBridgeClient::finishLogin gives it
	 * @return stdClass|null                 rowid, login; null where there is no user who may log in, then getReason() says why
	 */
	public function resolve(array $identity)
	{
		foreach (array('issuer', 'subject') as $name) {
			if (!isset($identity[$name]) || !is_string($identity[$name]) || $identity[$name] === '') {
				return $this->refuse('no_'.$name);
			}
		}
		$linked = $this->links->findUser($identity['issuer'], $identity['subject']);
		if ($linked > 0) {
			$user = $this->fetch($linked);
			return $user === null ? $this->refuse('user_unknown') : ($this->mayEnter($user) ? $user : null);
		}

		$user = $this->findByEmail($identity);
		if ($user === null || !$this->mayEnter($user)) {
			return null;
		}
		if (!$this->links->add($user->rowid, $identity, OAuthBridgeLinks::BY_EMAIL)) {
			return $this->refuse('not_linked');
		}
		OAuthBridgeLinking::tell($this->db, $user, $identity);
		return $user;
	}

	/**
	 * A user, if they may log in to the entity now.
	 *
	 * @param  int $userId   Id of the user
	 * @return stdClass|null rowid, login; null if there is no such user or they may not log in, then getReason() says why
	 */
	public function find($userId)
	{
		$user = $this->fetch($userId);
		if ($user === null) {
			return $this->refuse('user_unknown');
		}
		return $this->mayEnter($user) ? $user : null;
	}

	/**
	 * The only active user with the identity's verified address. Administrators, and users who already have an account of this issuer,
	 * are excluded: a provider may assign an address to somebody else.
	 *
	 * @param  array<string,mixed> $identity The identity
	 * @return stdClass|null                 The user; null where there is none or more than one
	 */
	private function findByEmail(array $identity)
	{
		if (getDolGlobalInt('OAUTHBRIDGE_LOGIN_LINK_BY_EMAIL') !== 1) {
			return $this->refuse('not_linked');
		}
		$email = isset($identity['email']) && is_string($identity['email']) ? $identity['email'] : '';
		if ($email === '' || !isset($identity['email_verified']) || $identity['email_verified'] !== true) {
			return $this->refuse('email_not_verified');
		}
		if (!self::isGoogleAuthoritative($identity, $email)) {
			return $this->refuse('email_of_foreign_domain');
		}

		$value = "'".$this->db->escape($email)."'";
		$found = array();
		foreach ($this->select('statut = 1 AND (email = '.$value.' OR '.$this->oauthAddressColumn().' = '.$value.')') as $user) {
			// Compared again: the database ignores accents and spaces at the end.
			$own = array_map(array('OAuthBridgeOwnAddresses', 'fold'), array((string) $user->email, (string) $user->email_oauth2));
			if (in_array(OAuthBridgeOwnAddresses::fold($email), $own, true)) {
				$found[] = $user;
			}
		}
		if (count($found) !== 1) {
			return $this->refuse(count($found) === 0 ? 'email_unknown' : 'email_ambiguous');
		}
		if ((int) $found[0]->admin !== 0) {
			return $this->refuse('admin_not_linked');
		}
		if (in_array(OAuthBridgeOwnAddresses::fold($email), OAuthBridgeOwnAddresses::of($this->db, (int) $found[0]->rowid), true)) {
			return $this->refuse('email_set_by_user');
		}
		return $this->links->hasIssuer($found[0]->rowid, $identity['issuer']) ? $this->refuse('other_account_linked') : $found[0];
	}

	/**
	 * Whether a user is enabled, within their validity dates (both days included), and allowed in this entity.
	 *
	 * @param  stdClass $user The user
	 * @return bool           True if so; if not, getReason() says why
	 */
	private function mayEnter($user)
	{
		global $mc;

		$today = dol_print_date(dol_now(), '%Y-%m-%d', 'tzserver');
		if ((int) $user->statut !== 1) {
			$this->reason = 'user_disabled';
		} elseif (
			($user->datestartvalidity && substr($user->datestartvalidity, 0, 10) > $today)
			|| ($user->dateendvalidity && substr($user->dateendvalidity, 0, 10) < $today)
		) {
			$this->reason = 'user_out_of_dates';
		} elseif (isModEnabled('multicompany') && (!is_object($mc) || $mc->checkRight($user->rowid, (string) $this->entity) < 0)) {
			$this->reason = 'entity_not_allowed';
		} else {
			$this->reason = '';
		}
		return $this->reason === '';
	}

	/**
	 * A user of the entity or of all entities, whether enabled or not.
	 *
	 * @param  int $userId   Id of the user
	 * @return stdClass|null The user; null if there is none
	 */
	private function fetch($userId)
	{
		$rows = $this->select('rowid = '.((int) $userId));
		return $rows ? $rows[0] : null;
	}

	/**
	 * Reads users of the entity and of all entities.
	 *
	 * @param  string $condition SQL, escaped
	 * @return stdClass[]        Rows; empty where the database fails
	 */
	private function select($condition)
	{
		// As in Dolibarr's own login: in Multicompany's transverse mode all users belong to the first entity.
		$entity = isModEnabled('multicompany') && getDolGlobalString('MULTICOMPANY_TRANSVERSE_MODE') ? 1 : $this->entity;
		$rows = array();
		$sql = 'SELECT rowid, login, entity, admin, statut, email, '.$this->oauthAddressColumn().' as email_oauth2';
		$sql .= ', datestartvalidity, dateendvalidity FROM '.MAIN_DB_PREFIX.'user';
		$result = $this->db->query($sql.' WHERE entity IN (0, '.$entity.') AND '.$condition);
		while ($result && ($row = $this->db->fetch_object($result))) {
			$rows[] = $row;
		}
		return $rows;
	}

	/**
	 * The column with a user's e-mail address at the provider, which Dolibarr has since release 19.
	 *
	 * @return string email_oauth2, or email in older releases
	 */
	private function oauthAddressColumn()
	{
		if ($this->addressColumn === '') {
			$result = $this->db->DDLDescTable(MAIN_DB_PREFIX.'user', 'email_oauth2');
			$this->addressColumn = $result && $this->db->num_rows($result) > 0 ? 'email_oauth2' : 'email';
		}
		return $this->addressColumn;
	}

	/**
	 * Whether Google can vouch for an address: one of its own, or of a domain that it hosts. email_verified of any other address says only
	 * that the person could read its mail once, perhaps long ago.
	 * Source: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
	 *
	 * @param  array<string,mixed> $identity The identity
	 * @param  string              $email    Its address
	 * @return bool                          True if so, and for other providers
	 */
	private static function isGoogleAuthoritative(array $identity, $email)
	{
		if (!in_array($identity['issuer'], self::GOOGLE_ISSUERS, true)) {
			return true;
		}
		$domain = OAuthBridgeOwnAddresses::fold((string) substr((string) strrchr($email, '@'), 1));
		return in_array($domain, array('gmail.com', 'googlemail.com'), true)
			|| (isset($identity['hosted_domain']) && is_string($identity['hosted_domain']) && $identity['hosted_domain'] !== '');
	}

	/**
	 * Records the reason; returns null.
	 *
	 * @param  string $reason Stable word for administrators
	 * @return null
	 */
	private function refuse($reason)
	{
		$this->reason = $reason;
		return null;
	}
}
