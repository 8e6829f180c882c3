<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors */

/**
 * \file       class/actions_oauthbridge.class.php
 * \ingroup    oauthbridge
 * \brief      Hooks of the module
 */

require_once __DIR__.'/oauthbridgegateway.class.php';

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
			$entry = $this->findMailEntry($object);
			if ($entry !== '') {
				OAuthBridgeGateway::freshen($this->db, $entry, 'sending mail with '.$entry);
			}
		} catch (Throwable $e) {
			dol_syslog('oauthbridge: sending mail goes on without the bridge: '.$e->getMessage(), LOG_WARNING);
		}
		return 0;
	}

	/**
	 * The OAuth entry that CMailFile::sendfile will use, found as it does.
	 *
	 * @param  CMailFile $mail The mail
	 * @return string          Name of the entry; empty if the mail is sent without OAuth
	 */
	private function findMailEntry($mail)
	{
		if (!in_array($mail->sendmode, array('smtps', 'swiftmailer'), true)) {
			return '';
		}
		$context = '';
		if (!empty($mail->sendcontext)) {
			$mode = getDolGlobalString('MAIN_MAIL_SENDMODE_'.strtoupper($mail->sendcontext));
			if ($mode !== '' && $mode !== 'default') {
				$context = '_'.strtoupper($mail->sendcontext);
			}
		}
		return getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'.$context) === 'XOAUTH2' ? getDolGlobalString('MAIN_MAIL_SMTPS_OAUTH_SERVICE'.$context) : '';
	}
}
