<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/watch/oauthbridgenoticemail.class.php
 * \ingroup    oauthbridge
 * \brief      Mails a notice by a way that does not need the grant that has ended
 */

require_once __DIR__.'/oauthbridgegrantwatch.class.php';
require_once __DIR__.'/oauthbridgeuses.class.php';

/**
 * Mails notices to administrators. The ways, in their order: an SMTP server of the module's own (setup page), each of Dolibarr's mail
 * settings that uses no ended grant, PHP's mail function. The next one is tried where one fails.
 */
class OAuthBridgeNoticeMail
{
	/** Context of the module's own mails: CMailFile reads the constants MAIN_MAIL_..._OAUTHBRIDGE, which exist in memory only. */
	const CONTEXT = 'oauthbridge';

	/** Most recipients. */
	const MAX_RECIPIENTS = 10;

	/** Seconds after which a way that has accepted nothing yet is given up: a server that does not answer is not waited for ten times. */
	const PATIENCE = 10;

	/** @var DoliDB */
	private $db;

	/** @var string Why nothing was sent, in words; empty if it was */
	public $error = '';

	/** @var string The way by which it was sent: own, php, or the suffix of Dolibarr's mail settings (empty for the general ones) */
	public $way = '';

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
	}

	/**
	 * Sends a mail to each recipient. Never throws.
	 *
	 * @param  string $subject Subject
	 * @param  string $text    Plain text
	 * @return bool            Whether a way accepted it for one of them; if not, error says why
	 */
	public function send($subject, $text)
	{
		$this->error = '';
		$recipients = $this->findRecipients();
		if (!$recipients || getDolGlobalString('OAUTHBRIDGE_NOTICE_ROUTE') === 'none') {
			$this->error = $recipients ? 'Mails about notices are switched off.' : 'No administrator has an e-mail address.';
			return false;
		}
		$reasons = array();
		foreach ($this->findWays() as $way) {
			try {
				$failure = $this->sendBy($way, $recipients, $subject, $text);
			} catch (Throwable $e) {
				$failure = get_class($e).': '.$e->getMessage();
			}
			if ($failure === '') {
				$this->way = $way;
				return true;
			}
			$reasons[] = ($way === '' ? 'general settings' : $way).': '.$failure;
		}
		$this->error = implode('; ', $reasons);
		dol_syslog('oauthbridge: "'.$subject.'" could not be mailed. '.$this->error, LOG_ERR);
		return false;
	}

	/**
	 * The ways to send, in their order.
	 *
	 * @return string[] own, suffixes of Dolibarr's mail settings, php
	 */
	public function findWays()
	{
		$route = getDolGlobalString('OAUTHBRIDGE_NOTICE_ROUTE');
		$own = getDolGlobalString('OAUTHBRIDGE_NOTICE_SMTP_HOST') !== '' ? array('own') : array();
		if ($route === 'smtp') {
			return $own;
		}
		if ($route === 'php') {
			return array('php');
		}
		$ways = array();
		foreach (OAuthBridgeUses::CONTEXTS as $context) {
			$mode = getDolGlobalString('MAIN_MAIL_SENDMODE'.$context, $context === '' ? 'mail' : '');
			if (!in_array($mode, array('smtps', 'swiftmailer'), true)) {
				continue;
			}
			$entry = OAuthBridgeUses::ofContext($context);
			if ($entry === '' || !OAuthBridgeGrantWatch::hasEnded($entry)) {
				$ways[] = $context;
			}
		}
		return array_merge($own, $ways, array('php'));
	}

	/**
	 * Who is told.
	 *
	 * @return string[] E-mail addresses: those of the setup page, otherwise the administrators'
	 */
	public function findRecipients()
	{
		global $conf;

		$addresses = preg_split('/[\s,;]+/', getDolGlobalString('OAUTHBRIDGE_NOTICE_TO'), -1, PREG_SPLIT_NO_EMPTY);
		if (!$addresses) {
			$sql = 'SELECT email FROM '.MAIN_DB_PREFIX."user WHERE admin = 1 AND statut = 1 AND email <> ''";
			$sql .= ' AND entity IN (0, '.((int) $conf->entity).') ORDER BY rowid';
			$result = $this->db->query($sql.$this->db->plimit(self::MAX_RECIPIENTS));
			while ($result && ($row = $this->db->fetch_object($result))) {
				$addresses[] = (string) $row->email;
			}
		}
		return array_slice(array_values(array_filter($addresses, static function ($address) {
			return filter_var($address, FILTER_VALIDATE_EMAIL) !== false;
		})), 0, self::MAX_RECIPIENTS);
	}

	/**
	 * Sends a mail by one way: one for each recipient, since Dolibarr refuses a mail with more than a few, and one bad address then
	 * keeps it from nobody else.
	 *
	 * @param  string   $way        One of findWays()
	 * @param  string[] $recipients E-mail addresses
	 * @param  string   $subject    Subject
	 * @param  string   $text       Plain text
	 * @return string               Why it failed; empty if it was accepted for one of them
	 */
	private function sendBy($way, array $recipients, $subject, $text)
	{
		global $conf;

		require_once DOL_DOCUMENT_ROOT.'/core/class/CMailFile.class.php';
		$kept = array();
		foreach ($this->settingsOf($way) as $name => $value) {
			$kept[$name] = isset($conf->global->$name) ? $conf->global->$name : null;
			$conf->global->$name = $value;
		}
		try {
			$isContext = $way === 'own' || $way === 'php';
			$context = $isContext ? self::CONTEXT : ($way === '' ? 'standard' : strtolower(substr($way, 1)));
			$from = getDolGlobalString('MAIN_MAIL_EMAIL_FROM', $recipients[0]);
			$none = array();
			$failures = array();
			$taken = 0;
			$begun = time();
			foreach ($recipients as $to) {
				if ($taken === 0 && time() - $begun > self::PATIENCE) {
					break;
				}
				try {
					$mail = new CMailFile($subject, $to, $from, $text, $none, $none, $none, '', '', 0, 0, '', '', '', '', $context);
					$failure = $mail->sendfile() ? '' : trim($mail->error.' '.implode(' ', $mail->errors)).' ';
				} catch (Throwable $e) {
					$failure = get_class($e).': '.$e->getMessage();
				}
				$taken += $failure === '' ? 1 : 0;
				$failures[] = $failure === '' ? '' : $to.': '.trim($failure);
			}
			$reason = implode('; ', array_filter($failures, 'strlen'));
			if ($taken > 0 && $reason !== '') {
				dol_syslog('oauthbridge: "'.$subject.'" could not be mailed to all. '.$reason, LOG_WARNING);
			}
			return $taken > 0 ? '' : $reason;
		} finally {
			foreach ($kept as $name => $value) {
				if ($value === null) {
					unset($conf->global->$name);
				} else {
					$conf->global->$name = $value;
				}
			}
		}
	}

	/**
	 * The constants that make CMailFile send by a way.
	 *
	 * @param  string $way One of findWays()
	 * @return array<string,string> Values by constant
	 */
	private function settingsOf($way)
	{
		if ($way === 'php') {
			return array('MAIN_MAIL_SENDMODE_OAUTHBRIDGE' => 'mail', 'MAIN_MAIL_SMTPS_AUTH_TYPE' => 'LOGIN');
		}
		if ($way !== 'own') {
			// Dolibarr's SMTP library looks at the general setting whatever the context is.
			return array('MAIN_MAIL_SMTPS_AUTH_TYPE' => getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'.$way, 'LOGIN'));
		}
		$security = getDolGlobalString('OAUTHBRIDGE_NOTICE_SMTP_SECURITY', 'tls');
		return array(
			'MAIN_MAIL_SENDMODE_OAUTHBRIDGE' => 'smtps',
			'MAIN_MAIL_SMTP_SERVER_OAUTHBRIDGE' => getDolGlobalString('OAUTHBRIDGE_NOTICE_SMTP_HOST'),
			'MAIN_MAIL_SMTP_PORT_OAUTHBRIDGE' => getDolGlobalString('OAUTHBRIDGE_NOTICE_SMTP_PORT', $security === 'tls' ? '465' : '587'),
			'MAIN_MAIL_SMTPS_ID_OAUTHBRIDGE' => getDolGlobalString('OAUTHBRIDGE_NOTICE_SMTP_USER'),
			'MAIN_MAIL_SMTPS_PW_OAUTHBRIDGE' => getDolGlobalString('OAUTHBRIDGE_NOTICE_SMTP_PASSWORD'),
			'MAIN_MAIL_SMTPS_AUTH_TYPE_OAUTHBRIDGE' => 'LOGIN',
			'MAIN_MAIL_SMTPS_AUTH_TYPE' => 'LOGIN',
			'MAIN_MAIL_EMAIL_TLS_OAUTHBRIDGE' => $security === 'tls' ? '1' : '0',
			'MAIN_MAIL_EMAIL_STARTTLS_OAUTHBRIDGE' => $security === 'starttls' ? '1' : '0',
		);
	}
}
