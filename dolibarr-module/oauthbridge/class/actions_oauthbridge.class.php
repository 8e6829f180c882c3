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
 * What the module does at Dolibarr's hooks. A hook here never fails: Dolibarr's own code goes on in any case.
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

	/** @var string|null The company's general way to authenticate while a mail's own stands in its place; null where it stands */
	private static $generalAuthType;

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
	}

	/**
	 * Context mail: before a mail is sent with OAuth, makes sure that the row which stock code is about to read holds a token that
	 * lives. Without the bridge the mail goes out as it always did.
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
			if (in_array($object->sendmode, array('smtps', 'swiftmailer'), true) && getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'.$context) === 'XOAUTH2' && $entry !== '') {
				require_once __DIR__.'/client/oauthbridgegateway.class.php';
				require_once __DIR__.'/watch/oauthbridgegrantwatch.class.php';
				$watch = new OAuthBridgeGrantWatch($this->db);
				OAuthBridgeGateway::ask(
					'sending mail with '.$entry,
					static function (OAuthBridgeClient $client) use ($watch, $entry) {
						$watch->requireToken($client, $entry);
					}
				);
				if ($object->sendmode === 'smtps') { // Swift Mailer is told the context's own
					self::replaceAuthType();
				}
			}
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: sending mail goes on without the bridge: '.$e->getMessage(), LOG_WARNING);
		}
		return 0;
	}

	/**
	 * Context mail: after a mail was sent.
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
	 * Context mainloginpage: the buttons of the entries that people sign in with.
	 *
	 * @param  array<string,mixed> $parameters  Not used
	 * @param  mixed               $object      Not used
	 * @param  string              $action      Not used
	 * @param  HookManager         $hookmanager Not used
	 * @return int                              0: what other modules add stays
	 */
	public function getLoginPageExtraOptions($parameters, &$object, &$action, $hookmanager)
	{
		try {
			require_once __DIR__.'/login/oauthbridgeloginpage.class.php';
			$this->resprints = OAuthBridgeLoginPage::render();
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: the login page goes without buttons: '.$e->getMessage(), LOG_WARNING);
		}
		return 0;
	}

	/**
	 * Which of the company's mail settings CMailFile::sendfile will use, found as it does.
	 *
	 * @param  CMailFile $mail The mail
	 * @return string          End of the names of the settings: empty, _EMAILING, _TICKET, _PASSWORDRESET, ...
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
	 * Dolibarr's SMTP socket library looks at the general setting even for a mail that is sent with the settings of a context; without
	 * this such a mail would be sent with a password.
	 *
	 * @return void
	 */
	private static function replaceAuthType()
	{
		global $conf;

		if (getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE') !== 'XOAUTH2') {
			self::$generalAuthType = getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE');
			$conf->global->MAIN_MAIL_SMTPS_AUTH_TYPE = 'XOAUTH2';
		}
	}

	/**
	 * Puts the general setting back. A mail that could not be sent may have no hook after it, so this is done before each mail as well.
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
