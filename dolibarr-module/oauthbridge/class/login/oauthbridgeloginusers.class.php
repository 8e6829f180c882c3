<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgeloginusers.class.php
 * \ingroup    oauthbridge
 * \brief      Which user of Dolibarr an identity is, and whether he may come in
 */

require_once __DIR__.'/oauthbridgelinks.class.php';

/**
 * Finds the user of an identity that the bridge has validated. Whoever is not found or may not come in gets one and the same
 * answer; the reason goes into the log and the security events.
 */
class OAuthBridgeLoginUsers
{
	/** @var DoliDB */
	private $db;

	/** @var int */
	private $entity;

	/** @var OAuthBridgeLinks */
	private $links;

	/** @var string Name of a column, once known */
	private $addressColumn = '';

	/** @var string Why nobody was found, for administrators: a word */
	private $reason = '';

	/**
	 * @param DoliDB $db     Database handler
	 * @param int    $entity The company that the browser wants to enter
	 */
	public function __construct($db, $entity)
	{
		$this->db = $db;
		$this->entity = (int) $entity;
		$this->links = new OAuthBridgeLinks($db, $this->entity);
	}

	/**
	 * Why the last one was not let in.
	 *
	 * @return string Word for administrators
	 */
	public function getReason()
	{
		return $this->reason;
	}

	/**
	 * The user whom an identity signs in. Links him, at his first sign-in, by his e-mail address, where the setup allows it.
	 *
	 * @param  array<string,mixed> $identity As finishLogin of the client gives it
	 * @return stdClass|null                 rowid, login; null where nobody may come in, then getReason says why
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
		return $this->links->add($user->rowid, $identity, OAuthBridgeLinks::BY_EMAIL) ? $user : $this->refuse('not_linked');
	}

	/**
	 * A user who may come into the company at this moment.
	 *
	 * @param  int $userId   Id of the user
	 * @return stdClass|null rowid, login; null if there is none, then getReason says why
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
	 * The only active user with the identity's verified address. Administrators, and users who have an account of this issuer
	 * already, are never found so: an address may be given to somebody else.
	 *
	 * @param  array<string,mixed> $identity The identity
	 * @return stdClass|null                 The user; null where there is none or more than one
	 */
	private function findByEmail(array $identity)
	{
		if (getDolGlobalInt('OAUTHBRIDGE_LOGIN_LINK_BY_EMAIL') !== 1) {
			return $this->refuse('not_linked');
		}
		if (!isset($identity['email']) || !is_string($identity['email']) || $identity['email'] === '' || !isset($identity['email_verified']) || $identity['email_verified'] !== true) {
			return $this->refuse('email_not_verified');
		}

		$email = $identity['email'];
		$value = "'".$this->db->escape($email)."'";
		$found = array();
		foreach ($this->select('statut = 1 AND (email = '.$value.' OR '.$this->oauthAddressColumn().' = '.$value.')') as $user) {
			// Compared again here: the database takes accents and spaces at the end for nothing.
			if (self::isSameAddress((string) $user->email, $email) || self::isSameAddress((string) $user->email_oauth2, $email)) {
				$found[] = $user;
			}
		}
		if (count($found) !== 1) {
			return $this->refuse(count($found) === 0 ? 'email_unknown' : 'email_ambiguous');
		}
		if ((int) $found[0]->admin !== 0) {
			return $this->refuse('admin_not_linked');
		}
		return $this->links->hasIssuer($found[0]->rowid, $identity['issuer']) ? $this->refuse('other_account_linked') : $found[0];
	}

	/**
	 * Whether a user is enabled, within his dates, and of this company.
	 *
	 * @param  stdClass $user The user
	 * @return bool           Yes; or no, then getReason says why
	 */
	private function mayEnter($user)
	{
		global $mc;

		$today = dol_print_date(dol_now(), '%Y-%m-%d', 'tzserver');
		if ((int) $user->statut !== 1) {
			$this->reason = 'user_disabled';
		} elseif (($user->datestartvalidity && substr($user->datestartvalidity, 0, 10) > $today) || ($user->dateendvalidity && substr($user->dateendvalidity, 0, 10) < $today)) {
			$this->reason = 'user_out_of_dates';
		} elseif (isModEnabled('multicompany') && (!is_object($mc) || $mc->checkRight($user->rowid, (string) $this->entity) < 0)) {
			$this->reason = 'entity_not_allowed';
		} else {
			$this->reason = '';
		}
		return $this->reason === '';
	}

	/**
	 * A user of the company or of all companies, in whatever state.
	 *
	 * @param  int $userId   Id of the user
	 * @return stdClass|null The user
	 */
	private function fetch($userId)
	{
		$rows = $this->select('rowid = '.((int) $userId));
		return $rows ? $rows[0] : null;
	}

	/**
	 * Reads users of the company and of all companies.
	 *
	 * @param  string $condition SQL, escaped
	 * @return stdClass[]        Rows; none where the database fails
	 */
	private function select($condition)
	{
		// As Dolibarr's own sign-in does: users are those of the first company in Multicompany's transverse mode.
		$entity = isModEnabled('multicompany') && getDolGlobalString('MULTICOMPANY_TRANSVERSE_MODE') ? 1 : $this->entity;
		$rows = array();
		$sql = 'SELECT rowid, login, entity, admin, statut, email, '.$this->oauthAddressColumn().' as email_oauth2, datestartvalidity, dateendvalidity FROM '.MAIN_DB_PREFIX.'user';
		$result = $this->db->query($sql.' WHERE entity IN (0, '.$entity.') AND '.$condition);
		while ($result && ($row = $this->db->fetch_object($result))) {
			$rows[] = $row;
		}
		return $rows;
	}

	/**
	 * The column with the address at the provider where that is another one; Dolibarr has it since release 19.
	 *
	 * @return string Name of a column
	 */
	private function oauthAddressColumn()
	{
		if ($this->addressColumn === '') {
			$result = $this->db->query('SHOW COLUMNS FROM '.MAIN_DB_PREFIX."user LIKE 'email\\_oauth2'");
			$this->addressColumn = $result && $this->db->num_rows($result) > 0 ? 'email_oauth2' : 'email';
		}
		return $this->addressColumn;
	}

	/**
	 * Whether two addresses are one, whatever the case of their ASCII letters.
	 *
	 * @param  string $left  One
	 * @param  string $right The other
	 * @return bool          Yes or no
	 */
	private static function isSameAddress($left, $right)
	{
		return strtr($left, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') === strtr($right, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
	}

	/**
	 * Nobody.
	 *
	 * @param  string $reason Why
	 * @return null
	 */
	private function refuse($reason)
	{
		$this->reason = $reason;
		return null;
	}
}
