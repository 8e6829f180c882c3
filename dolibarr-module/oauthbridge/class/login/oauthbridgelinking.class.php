<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/login/oauthbridgelinking.class.php
 * \ingroup    oauthbridge
 * \brief      Users link an account of theirs
 */

require_once __DIR__.'/oauthbridgelinks.class.php';
require_once __DIR__.'/../client/oauthbridgealarm.class.php';

/**
 * Linking an account gives a second way in, so users prove first who they are, and are told afterwards.
 */
class OAuthBridgeLinking
{
	/** Type of the security event. */
	const EVENT = 'OAUTHBRIDGE_LINKED';

	/** Ways of conf.php to log in that check no password. */
	const WITHOUT_PASSWORD = array('oauthbridge', 'openid', 'openid_connect', 'googleoauth', 'forceuser', 'empty', 'http');

	/** Seconds for which a sign-in by account counts as fresh. */
	const FRESH = 300;

	/**
	 * Whether the session was begun a short while ago by signing in with an account: such users may know no password.
	 *
	 * @param  int  $now Unix time
	 * @return bool      True if so
	 */
	public static function isFresh($now)
	{
		return ($_SESSION['dol_authmode'] ?? '') === 'oauthbridge'
			&& $now - (int) ($_SESSION['dol_logindate'] ?? 0) < self::FRESH;
	}

	/**
	 * Whether a password is the user's, by the ways of conf.php that know passwords.
	 *
	 * @param  string $login    The login
	 * @param  string $password The password
	 * @param  int    $entity   The entity
	 * @return bool             True if so
	 */
	public static function isPassword(
		$login,
		#[\SensitiveParameter]
		$password,
		$entity
	) {
		global $conf;

		if ($password === '') {
			return false;
		}
		require_once DOL_DOCUMENT_ROOT.'/core/lib/security2.lib.php';
		$modes = isset($conf->file->main_authentication) ? explode(',', (string) $conf->file->main_authentication) : array('dolibarr');
		$modes = array_diff(array_map('trim', $modes), self::WITHOUT_PASSWORD);
		// Dolibarr's own page reports into the session; here a message says it.
		$message = $_SESSION['dol_loginmesg'] ?? null;
		$accepted = checkLoginPassEntity($login, $password, $entity, array_values($modes));
		if ($message === null) {
			unset($_SESSION['dol_loginmesg']);
		}
		return is_string($accepted) && $accepted !== '' && strcasecmp($accepted, $login) === 0;
	}

	/**
	 * Tells of a new link: a security event, and a mail to the user.
	 *
	 * @param  DoliDB              $db       Database handler
	 * @param  User|stdClass       $owner    The user: login, email
	 * @param  array<string,mixed> $identity The account, as OAuthBridgeClient::finishLogin gives it
	 * @return void
	 */
	public static function tell($db, $owner, array $identity)
	{
		$account = !empty($identity['email']) && is_string($identity['email']) ? $identity['email'] : (string) $identity['subject'];
		$what = $account.' at '.$identity['issuer'].' was linked to '.$owner->login.' and can sign in.';
		OAuthBridgeAlarm::write($db, self::EVENT, $what);
		self::mail($owner, $what, 'OAuthBridgeLinkedMail', array($account, (string) $identity['issuer'], $owner->login));
	}

	/**
	 * Removes a link, as its user or an administrator wishes, and tells of it: a security event, and a mail to the user.
	 *
	 * @param  DoliDB        $db     Database handler
	 * @param  int           $entity The entity
	 * @param  User|stdClass $owner  The user: id, login, email
	 * @param  int           $linkId Id of the link
	 * @param  string        $actor  Login of who does it
	 * @return bool                  Whether it existed
	 */
	public static function unlink($db, $entity, $owner, $linkId, $actor)
	{
		$links = new OAuthBridgeLinks($db, $entity);
		foreach ($links->listOf($owner->id) as $link) {
			if ((int) $link->rowid === (int) $linkId && $links->remove($link->rowid, $owner->id)) {
				$account = (string) $link->account === '' ? $link->subject : $link->account;
				$what = $account.' at '.$link->issuer.' was unlinked from '.$owner->login.' by '.$actor.' and cannot sign in any more.';
				OAuthBridgeAlarm::write($db, OAuthBridgeLinks::DROPPED, $what);
				self::mail($owner, $what, 'OAuthBridgeUnlinkedMail', array($account, (string) $link->issuer, $owner->login, $actor));
				return true;
			}
		}
		return false;
	}

	/**
	 * Mails a user. Never throws.
	 *
	 * @param  User|stdClass $owner  The user: email; one without gets none
	 * @param  string        $what   What happened, for the log
	 * @param  string        $key    Start of the keys of the texts, which end in Subject and Text
	 * @param  string[]      $values Parameters of the text
	 * @return void
	 */
	private static function mail($owner, $what, $key, array $values)
	{
		global $conf, $langs;

		if (empty($owner->email)) {
			return;
		}
		$texts = $langs;
		if (!empty($owner->lang)) { // the page may be an administrator's
			$texts = new Translate('', $conf);
			$texts->setDefaultLang($owner->lang);
		}
		$subject = $key.'Subject';
		$text = $key.'Text';
		try {
			require_once DOL_DOCUMENT_ROOT.'/core/class/CMailFile.class.php';
			$texts->load('oauthbridgelogin@oauthbridge');
			$mail = new CMailFile(
				$texts->transnoentitiesnoconv($subject),
				$owner->email,
				getDolGlobalString('MAIN_MAIL_EMAIL_FROM'),
				$texts->transnoentitiesnoconv($text, ...$values)
			);
			if (!$mail->sendfile()) {
				dol_syslog('oauthbridge: '.$what.' The mail about it could not be sent: '.$mail->error, LOG_WARNING);
			}
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: '.$what.' The mail about it could not be sent: '.$e->getMessage(), LOG_WARNING);
		}
	}
}
