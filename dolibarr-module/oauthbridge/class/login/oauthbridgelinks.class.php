<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgelinks.class.php
 * \ingroup    oauthbridge
 * \brief      Which account at a provider signs which user in
 */

require_once __DIR__.'/../client/oauthbridgealarm.class.php';

/**
 * The table llx_oauthbridge_link of one entity. An account is identified by issuer and subject (OpenID Connect Core, section 2), never
 * by its e-mail address, which may pass to somebody else.
 */
class OAuthBridgeLinks
{
	/** Origin of a link: made at the first sign-in, by a verified e-mail address. */
	const BY_EMAIL = 'email';

	/** Origin of a link: made by the user, on their own card. */
	const BY_SELF = 'self';

	/** Type of the security event about links that were dropped. */
	const DROPPED = 'OAUTHBRIDGE_UNLINKED';

	/** Longest issuer, subject and account, in characters: the width of the columns. */
	const MAX_LENGTH = 255;

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
	 * The user whom an account signs in.
	 *
	 * @param  string $issuer  The claim iss: a URL
	 * @param  string $subject The claim sub
	 * @return int             Id of the user; 0 if there is none
	 */
	public function findUser($issuer, $subject)
	{
		$condition = "issuer = '".$this->db->escape($issuer)."' AND subject = '".$this->db->escape($subject)."'";
		foreach ($this->select($condition) as $link) {
			// Compared again, byte by byte: the database ignores spaces at the end.
			if ($link->issuer === $issuer && $link->subject === $subject) {
				return $this->dropIfEnded($link) ? 0 : (int) $link->fk_user;
			}
		}
		return 0;
	}

	/**
	 * The accounts of a user.
	 *
	 * @param  int $userId  Id of the user
	 * @return stdClass[]   rowid, issuer, subject, account, origin, datec and last_login (SQL datetimes)
	 */
	public function listOf($userId)
	{
		return $this->select('fk_user = '.((int) $userId));
	}

	/**
	 * Whether a user already has an account of an issuer.
	 *
	 * @param  int    $userId Id of the user
	 * @param  string $issuer The claim iss
	 * @return bool           True if so
	 */
	public function hasIssuer($userId, $issuer)
	{
		return in_array($issuer, array_column($this->listOf($userId), 'issuer'), true);
	}

	/**
	 * Links an account to a user.
	 *
	 * @param  int                 $userId   Id of the user
	 * @param  array<string,mixed> $identity issuer, subject, and email or name, as OAuthBridgeClient::finishLogin gives them
	 * @param  string              $origin   BY_EMAIL or BY_SELF
	 * @return bool                          False where the account is linked already, to this or another user, or cannot be stored
	 */
	public function add($userId, array $identity, $origin)
	{
		$issuer = $identity['issuer'];
		$subject = $identity['subject'];
		if (
			preg_match('/[^\x20-\x7e]/', $issuer.$subject) || $subject !== rtrim($subject)
			|| strlen($issuer) > self::MAX_LENGTH || strlen($subject) > self::MAX_LENGTH
		) {
			return false;
		}
		$name = isset($identity['name']) ? (string) $identity['name'] : '';
		$account = dol_trunc(empty($identity['email']) ? $name : $identity['email'], self::MAX_LENGTH, 'right', 'UTF-8', 1);
		$sql = 'INSERT IGNORE INTO '.MAIN_DB_PREFIX.'oauthbridge_link (entity, fk_user, issuer, subject, account, origin, datec)';
		$sql .= ' VALUES ('.$this->entity.', '.((int) $userId).", '".$this->db->escape($issuer)."', '".$this->db->escape($subject)."'";
		$sql .= ", '".$this->db->escape($account)."', '".$this->db->escape($origin)."', '".$this->db->idate(dol_now())."')";
		$result = $this->db->query($sql.($this->db->type === 'pgsql' ? ' ON CONFLICT DO NOTHING' : '')); // no IGNORE there
		return $result && $this->db->affected_rows($result) === 1;
	}

	/**
	 * Removes a link.
	 *
	 * @param  int $linkId Id of the link
	 * @param  int $userId Id of the user that it belongs to
	 * @return bool        Whether it existed
	 */
	public function remove($linkId, $userId)
	{
		$sql = 'DELETE FROM '.MAIN_DB_PREFIX.'oauthbridge_link WHERE rowid = '.((int) $linkId);
		$sql .= ' AND fk_user = '.((int) $userId).' AND entity = '.$this->entity;
		$result = $this->db->query($sql);
		return $result && $this->db->affected_rows($result) === 1;
	}

	/**
	 * Removes all links of a user, in all entities.
	 *
	 * @param  DoliDB $db     Database handler
	 * @param  int    $userId Id of the user
	 * @return int            How many there were
	 */
	public static function removeAll($db, $userId)
	{
		$result = $db->query('DELETE FROM '.MAIN_DB_PREFIX.'oauthbridge_link WHERE fk_user = '.((int) $userId));
		return $result ? (int) $db->affected_rows($result) : 0;
	}

	/**
	 * Records the time at which an account signed its user in.
	 *
	 * @param  string $issuer  The claim iss
	 * @param  string $subject The claim sub
	 * @return void
	 */
	public function noteLogin($issuer, $subject)
	{
		$sql = 'UPDATE '.MAIN_DB_PREFIX."oauthbridge_link SET last_login = '".$this->db->idate(dol_now())."'";
		$sql .= ' WHERE entity = '.$this->entity;
		$sql .= " AND issuer = '".$this->db->escape($issuer)."' AND subject = '".$this->db->escape($subject)."'";
		$this->db->query($sql);
	}

	/**
	 * Drops a link that is older than the time at which all sessions of its user were ended, as Dolibarr does with each new password since
	 * release 18.
	 *
	 * @param  stdClass $link rowid, fk_user, datec
	 * @return bool           Whether it was dropped
	 */
	private function dropIfEnded($link)
	{
		$column = $this->db->DDLDescTable(MAIN_DB_PREFIX.'user', 'flagdelsessionsbefore');
		if (!$column || $this->db->num_rows($column) === 0) {
			return false;
		}
		$sql = 'SELECT flagdelsessionsbefore as ended FROM '.MAIN_DB_PREFIX.'user WHERE rowid = '.((int) $link->fk_user);
		$result = $this->db->query($sql);
		$row = $result ? $this->db->fetch_object($result) : null;
		$isEnded = $row && !empty($row->ended) && $this->db->jdate($row->ended, 'gmt') > $this->db->jdate($link->datec);
		if (!$isEnded || !$this->remove($link->rowid, $link->fk_user)) {
			return false;
		}
		$what = $link->account.' at '.$link->issuer.' was unlinked from user '.((int) $link->fk_user);
		OAuthBridgeAlarm::write($this->db, self::DROPPED, $what.': it was linked before all sessions of this user were ended.');
		return true;
	}

	/**
	 * Reads links of the entity.
	 *
	 * @param  string $condition SQL, escaped
	 * @return stdClass[]        Rows; empty where the database fails
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
