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
	 * @param  User                $owner    The user
	 * @param  array<string,mixed> $identity The account, as OAuthBridgeClient::finishLogin gives it
	 * @return void
	 */
	public static function tell($db, $owner, array $identity)
	{
		global $langs;

		$account = !empty($identity['email']) && is_string($identity['email']) ? $identity['email'] : (string) $identity['subject'];
		$what = $account.' at '.$identity['issuer'].' was linked to '.$owner->login.' and can sign in.';
		OAuthBridgeAlarm::write($db, self::EVENT, $what);
		if (empty($owner->email)) {
			return;
		}
		try {
			require_once DOL_DOCUMENT_ROOT.'/core/class/CMailFile.class.php';
			$langs->load('oauthbridgelogin@oauthbridge');
			$mail = new CMailFile(
				$langs->transnoentitiesnoconv('OAuthBridgeLinkedMailSubject'),
				$owner->email,
				getDolGlobalString('MAIN_MAIL_EMAIL_FROM'),
				$langs->transnoentitiesnoconv('OAuthBridgeLinkedMailText', $account, (string) $identity['issuer'], $owner->login)
			);
			if (!$mail->sendfile()) {
				dol_syslog('oauthbridge: '.$what.' The mail about it could not be sent: '.$mail->error, LOG_WARNING);
			}
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: '.$what.' The mail about it could not be sent: '.$e->getMessage(), LOG_WARNING);
		}
	}
}
