<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/actions_oauthbridge.class.php
 * \ingroup    oauthbridge
 * \brief      Hooks of the module
 */

/**
 * The module's hooks. None of them fails: Dolibarr's own code goes on in any case.
 */
class ActionsOauthbridge
{
	/** @var DoliDB */
	public $db;

	/** @var string Read by Dolibarr after each hook */
	public $error = '';

	/** @var string[] Read by Dolibarr after each hook */
	public $errors = array();

	/** @var mixed[] Read by Dolibarr after each hook */
	public $results = array();

	/** @var string|null Read by Dolibarr after each hook */
	public $resprints;

	/** @var string|null The general MAIN_MAIL_SMTPS_AUTH_TYPE while replaceAuthType() has replaced it; null otherwise */
	private static $generalAuthType;

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
	}

	/**
	 * Context mail: before a mail is sent with OAuth, makes sure that the row which stock code reads next holds a valid token. If the
	 * bridge fails, the mail is sent as without it. Before a mail of a context is sent, makes its authentication type the one that counts.
	 *
	 * @param  array<string,mixed> $parameters  Not used
	 * @param  CMailFile           $object      The mail
	 * @param  string              $action      Not used
	 * @param  HookManager         $hookmanager Not used
	 * @return int                              0: stock code goes on
	 */
	public function sendMail($parameters, &$object, &$action, $hookmanager)
	{
		try {
			self::restoreAuthType();
			$context = $this->findMailContext($object);
			$entry = getDolGlobalString('MAIN_MAIL_SMTPS_OAUTH_SERVICE'.$context);
			$usesOAuth = in_array($object->sendmode, array('smtps', 'swiftmailer'), true)
				&& getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'.$context) === 'XOAUTH2';
			if ($usesOAuth && $entry !== '') {
				$this->prepareToken($entry);
			}
			if ($object->sendmode === 'smtps' && $context !== '') { // Dolibarr configures Swift Mailer from the context's own setting
				self::replaceAuthType(getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'.$context, 'LOGIN'));
			}
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: sending mail goes on without the bridge: '.$e->getMessage(), LOG_WARNING);
		}
		return 0;
	}

	/**
	 * Context mail: after a mail was sent, undoes what sendMail() changed.
	 *
	 * @param  array<string,mixed> $parameters  Not used
	 * @param  CMailFile           $object      The mail
	 * @param  string              $action      Not used
	 * @param  HookManager         $hookmanager Not used
	 * @return int                              0: stock code goes on
	 */
	public function sendMailAfter($parameters, &$object, &$action, $hookmanager)
	{
		self::restoreAuthType();
		return 0;
	}

	/**
	 * Context mainloginpage: adds a button for each entry that serves the sign-in.
	 *
	 * @param  array<string,mixed> $parameters  Not used
	 * @param  mixed               $object      Not used
	 * @param  string              $action      Not used
	 * @param  HookManager         $hookmanager Not used
	 * @return int                              0: other modules' additions are kept
	 */
	public function getLoginPageExtraOptions($parameters, &$object, &$action, $hookmanager)
	{
		try {
			require_once __DIR__.'/login/oauthbridgeloginpage.class.php';
			$this->resprints = OAuthBridgeLoginPage::render();
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: the login page has no sign-in buttons: '.$e->getMessage(), LOG_WARNING);
		}
		return 0;
	}

	/**
	 * Context toprightmenu: a sign for administrators where a grant has ended; looks for notices now and then.
	 *
	 * @param  array<string,mixed> $parameters  Not used
	 * @param  mixed               $object      Not used
	 * @param  string              $action      Not used
	 * @param  HookManager         $hookmanager Not used
	 * @return int                              0: other modules' additions are kept
	 */
	public function printTopRightMenu($parameters, &$object, &$action, $hookmanager)
	{
		global $langs, $user;

		try {
			require_once __DIR__.'/watch/oauthbridgenotices.class.php';
			require_once __DIR__.'/../lib/oauthbridge.lib.php';
			(new OAuthBridgeNotices($this->db))->lookNow();
			$ended = $user->admin ? OAuthBridgeGrantWatch::listEnded() : array();
			if ($ended) {
				$langs->load('oauthbridge@oauthbridge');
				$text = $langs->transnoentitiesnoconv('OAuthBridgeGrantEnded', implode(', ', $ended));
				$text = dol_escape_htmltag($text);
				$this->resprints = '<div class="login_block_elem"><a class="oauthbridge-alert" href="';
				$this->resprints .= dol_escape_htmltag(oauthbridgeEntriesUrl()).'" title="'.$text.'" aria-label="'.$text.'">';
				$this->resprints .= '<span class="fa fa-exclamation-triangle atoplogin valignmiddle" aria-hidden="true"></span></a></div>';
			}
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: no look for notices: '.$e->getMessage(), LOG_WARNING);
		}
		return 0;
	}

	/**
	 * Asks the bridge for a token before a mail is sent. A failure of the bridge is logged.
	 *
	 * @param  string $entry Name of the entry
	 * @return void
	 */
	private function prepareToken($entry)
	{
		require_once __DIR__.'/client/oauthbridgegateway.class.php';
		require_once __DIR__.'/watch/oauthbridgegrantwatch.class.php';
		$watch = new OAuthBridgeGrantWatch($this->db);
		OAuthBridgeGateway::ask(
			'sending mail with '.$entry,
			static function (OAuthBridgeClient $client) use ($watch, $entry) {
				$watch->requireTokenSoon($client, $entry);
			}
		);
		if (OAuthBridgeGrantWatch::hasEnded($entry)) {
			$this->tellSender($entry);
		}
	}

	/**
	 * Tells whoever sends a mail that it cannot be sent, and whom to ask: once per page.
	 *
	 * @param  string $entry Name of the entry
	 * @return void
	 */
	private function tellSender($entry)
	{
		global $langs, $user;
		static $isTold = array();

		if (PHP_SAPI === 'cli' || isset($isTold[$entry]) || !is_object($user) || empty($user->id)) {
			return;
		}
		require_once __DIR__.'/watch/oauthbridgestoredtoken.class.php';
		if (OAuthBridgeStoredToken::isLive($this->db, $entry)) {
			return; // stock code sends with it
		}
		$isTold[$entry] = true;
		$langs->load('oauthbridge@oauthbridge');
		if (!$user->admin) {
			setEventMessages($langs->trans('OAuthBridgeSenderAsk', dol_escape_htmltag($entry)), null, 'errors');
			return;
		}
		$link = ' <a href="'.dol_escape_htmltag(dol_buildpath('/oauthbridge/admin/entries.php', 1)).'">';
		$link .= $langs->trans('OAuthBridgeConnectAgain').'</a>';
		setEventMessages($langs->trans('OAuthBridgeSenderAdmin', dol_escape_htmltag($entry)).$link, null, 'errors');
	}

	/**
	 * Which mail settings CMailFile::sendfile uses for a mail; the same rule as there.
	 *
	 * @param  CMailFile $mail The mail
	 * @return string          Suffix of their constants: empty for the general ones, or _EMAILING, _TICKET, _PASSWORDRESET, ...
	 */
	private function findMailContext($mail)
	{
		if (empty($mail->sendcontext)) {
			return '';
		}
		$context = '_'.strtoupper($mail->sendcontext);
		return in_array(getDolGlobalString('MAIN_MAIL_SENDMODE'.$context), array('', 'default'), true) ? '' : $context;
	}

	/**
	 * Sets the general authentication type for one mail. Dolibarr's SMTP library reads the general setting even where a mail is sent with
	 * the settings of a context: it would log in with a password where the context says token, or with a token that it does not have.
	 *
	 * @param  string $type LOGIN, PLAIN, XOAUTH2, ...
	 * @return void
	 */
	private static function replaceAuthType($type)
	{
		global $conf;

		$general = getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE', 'LOGIN'); // the library's default
		if ($general !== $type) {
			self::$generalAuthType = getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE');
			$conf->global->MAIN_MAIL_SMTPS_AUTH_TYPE = $type;
		}
	}

	/**
	 * Restores the general authentication type. Called before each mail too, since Dolibarr may not call sendMailAfter for one that failed.
	 *
	 * @return void
	 */
	private static function restoreAuthType()
	{
		global $conf;

		if (self::$generalAuthType !== null) {
			$conf->global->MAIN_MAIL_SMTPS_AUTH_TYPE = self::$generalAuthType;
			self::$generalAuthType = null;
		}
	}
}
