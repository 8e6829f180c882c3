<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgelinks.class.php
 * \ingroup    oauthbridge
 * \brief      Which account at a provider signs which user in
 */

/**
 * The table oauthbridge_link of one company. An account is an issuer with a subject, and nothing else.
 */
class OAuthBridgeLinks
{
	/** The link was made at a sign-in, by a verified e-mail address. */
	const BY_EMAIL = 'email';

	/** The user made the link, from his own card. */
	const BY_SELF = 'self';

	/** Characters of issuer, subject and account. */
	const LONGEST = 255;

	/** @var DoliDB */
	private $db;

	/** @var int */
	private $entity;

	/**
	 * @param DoliDB $db     Database handler
	 * @param int    $entity The company
	 */
	public function __construct($db, $entity)
	{
		$this->db = $db;
		$this->entity = (int) $entity;
	}

	/**
	 * The user whom an account signs in.
	 *
	 * @param  string $issuer  Issuer
	 * @param  string $subject Subject
	 * @return int             Id of the user; 0 if there is none
	 */
	public function findUser($issuer, $subject)
	{
		// Compared again here: the database ignores spaces at the end.
		foreach ($this->select("issuer = '".$this->db->escape($issuer)."' AND subject = '".$this->db->escape($subject)."'") as $link) {
			if ($link->issuer === $issuer && $link->subject === $subject) {
				return (int) $link->fk_user;
			}
		}
		return 0;
	}

	/**
	 * The accounts of a user.
	 *
	 * @param  int $userId  Id of the user
	 * @return stdClass[]   rowid, issuer, subject, account, origin, datec, last_login
	 */
	public function listOf($userId)
	{
		return $this->select('fk_user = '.((int) $userId));
	}

	/**
	 * Whether a user has an account of an issuer already.
	 *
	 * @param  int    $userId Id of the user
	 * @param  string $issuer Issuer
	 * @return bool           Yes or no
	 */
	public function hasIssuer($userId, $issuer)
	{
		return in_array($issuer, array_column($this->listOf($userId), 'issuer'), true);
	}

	/**
	 * Links an account to a user.
	 *
	 * @param  int                 $userId   Id of the user
	 * @param  array<string,mixed> $identity issuer, subject, and email or name as the bridge says them
	 * @param  string              $origin   BY_EMAIL or BY_SELF
	 * @return bool                          False where the account is linked already, to whomever, or cannot be stored
	 */
	public function add($userId, array $identity, $origin)
	{
		$issuer = $identity['issuer'];
		$subject = $identity['subject'];
		if (preg_match('/[^\x20-\x7e]/', $issuer.$subject) || $subject !== rtrim($subject) || strlen($issuer) > self::LONGEST || strlen($subject) > self::LONGEST) {
			return false;
		}
		$account = dol_trunc(empty($identity['email']) ? (string) (isset($identity['name']) ? $identity['name'] : '') : $identity['email'], self::LONGEST, 'right', 'UTF-8', 1);
		$sql = 'INSERT IGNORE INTO '.MAIN_DB_PREFIX.'oauthbridge_link (entity, fk_user, issuer, subject, account, origin, datec) VALUES (';
		$sql .= $this->entity.', '.((int) $userId).", '".$this->db->escape($issuer)."', '".$this->db->escape($subject)."', '".$this->db->escape($account)."', '";
		$sql .= $this->db->escape($origin)."', '".$this->db->idate(dol_now())."')";
		$result = $this->db->query($sql);
		return $result && $this->db->affected_rows($result) === 1;
	}

	/**
	 * Takes an account from a user.
	 *
	 * @param  int $linkId Id of the link
	 * @param  int $userId Id of the user whose it is
	 * @return bool        Whether it was there
	 */
	public function remove($linkId, $userId)
	{
		$result = $this->db->query('DELETE FROM '.MAIN_DB_PREFIX.'oauthbridge_link WHERE rowid = '.((int) $linkId).' AND fk_user = '.((int) $userId).' AND entity = '.$this->entity);
		return $result && $this->db->affected_rows($result) === 1;
	}

	/**
	 * Notes that an account has signed its user in.
	 *
	 * @param  string $issuer  Issuer
	 * @param  string $subject Subject
	 * @return void
	 */
	public function noteLogin($issuer, $subject)
	{
		$sql = 'UPDATE '.MAIN_DB_PREFIX."oauthbridge_link SET last_login = '".$this->db->idate(dol_now())."'";
		$sql .= " WHERE entity = ".$this->entity." AND issuer = '".$this->db->escape($issuer)."' AND subject = '".$this->db->escape($subject)."'";
		$this->db->query($sql);
	}

	/**
	 * Reads links of the company.
	 *
	 * @param  string $condition SQL, escaped
	 * @return stdClass[]        Rows; none where the database fails
	 */
	private function select($condition)
	{
		$rows = array();
		$sql = 'SELECT rowid, fk_user, issuer, subject, account, origin, datec, last_login FROM '.MAIN_DB_PREFIX.'oauthbridge_link';
		$result = $this->db->query($sql.' WHERE entity = '.$this->entity.' AND '.$condition.' ORDER BY rowid');
		while ($result && ($row = $this->db->fetch_object($result))) {
			$rows[] = $row;
		}
		return $rows;
	}
}
