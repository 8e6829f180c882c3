<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgemailservers.class.php
 * \ingroup    oauthbridge
 * \brief      The mail servers that Dolibarr uses an entry for
 */

require_once __DIR__.'/../watch/oauthbridgeuses.class.php';

/**
 * Proposes a mail server for the test of an entry: the one in Dolibarr's mail settings or e-mail collectors, so that nobody has to
 * type it. Where Dolibarr does not use the entry yet, the provider's public server is proposed.
 */
class OAuthBridgeMailServers
{
	/** Public mail servers by provider, without the suffix of its variants: only a proposal in a form. */
	const PUBLIC_SERVERS = array(
		'Google' => array('smtp' => 'smtp.gmail.com', 'imap' => 'imap.gmail.com'),
		'Microsoft' => array('smtp' => 'smtp.office365.com', 'imap' => 'outlook.office365.com'),
	);

	/** Ports: SMTP, mail submission (RFC 6409), IMAP, IMAP over TLS (RFC 8314). */
	const SMTP_PORT = 25;
	const SUBMISSION_PORT = 587;
	const IMAP_PORT = 143;
	const IMAPS_PORT = 993;

	/** @var DoliDB */
	private $db;

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
	}

	/**
	 * The mail server that the form names. The bridge validates it.
	 *
	 * @return array{host:string,port:int,security:string,username:string} security is none, starttls or tls
	 */
	public static function readForm()
	{
		return array(
			'host' => trim(GETPOST('host', 'alphanohtml')),
			'port' => (int) GETPOST('port', 'alpha'),
			'security' => GETPOST('security', 'aZ09'),
			'username' => trim(GETPOST('username', 'alphanohtml')),
		);
	}

	/**
	 * The server that Dolibarr sends through with an entry.
	 *
	 * @param  string $entry    Name of the entry
	 * @param  string $provider Its provider
	 * @param  string $account  The account that gave the consent; empty where it is unknown
	 * @return array{host:string,port:int,security:string,username:string} security is none, starttls or tls
	 */
	public function findSmtp($entry, $provider, $account = '')
	{
		foreach (OAuthBridgeUses::CONTEXTS as $context) {
			$host = preg_replace('~^[a-z]+://~i', '', getDolGlobalString('MAIN_MAIL_SMTP_SERVER'.$context));
			if ($host !== '' && getDolGlobalString('MAIN_MAIL_SMTPS_OAUTH_SERVICE'.$context) === $entry) {
				$hasStartTls = (bool) getDolGlobalString('MAIN_MAIL_EMAIL_STARTTLS'.$context);
				$port = (int) getDolGlobalString('MAIN_MAIL_SMTP_PORT'.$context);
				return array(
					'host' => $host,
					'port' => $port > 0 ? $port : self::SMTP_PORT,
					'security' => getDolGlobalString('MAIN_MAIL_EMAIL_TLS'.$context) ? 'tls' : ($hasStartTls ? 'starttls' : 'none'),
					'username' => getDolGlobalString('MAIN_MAIL_SMTPS_ID'.$context),
				);
			}
		}
		return array(
			'host' => $this->publicServer($provider, 'smtp'),
			'port' => self::SUBMISSION_PORT,
			'security' => 'starttls',
			'username' => $this->defaultMailbox($account),
		);
	}

	/**
	 * The server that an e-mail collector reads with an entry.
	 *
	 * @param  string $entry    Name of the entry
	 * @param  string $provider Its provider
	 * @param  string $account  The account that gave the consent; empty where it is unknown
	 * @return array{host:string,port:int,security:string,username:string} security is none, starttls or tls
	 */
	public function findImap($entry, $provider, $account = '')
	{
		if (isModEnabled('emailcollector')) {
			$sql = 'SELECT host, port, login FROM '.MAIN_DB_PREFIX.'emailcollector_emailcollector';
			$sql .= " WHERE oauth_service = '".$this->db->escape($entry)."' AND entity IN (".getEntity('emailcollector').')';
			$sql .= ' ORDER BY status DESC, rowid';
			$result = $this->db->query($sql.$this->db->plimit(1));
			$row = $result ? $this->db->fetch_object($result) : null;
			if ($row) {
				$port = (int) $row->port > 0 ? (int) $row->port : self::IMAPS_PORT;
				return array(
					'host' => (string) $row->host,
					'port' => $port,
					'security' => $port === self::IMAP_PORT ? 'starttls' : 'tls',
					'username' => (string) $row->login,
				);
			}
		}
		return array(
			'host' => $this->publicServer($provider, 'imap'),
			'port' => self::IMAPS_PORT,
			'security' => 'tls',
			'username' => $this->defaultMailbox($account),
		);
	}

	/**
	 * The public server of a provider.
	 *
	 * @param  string $provider Provider
	 * @param  string $protocol smtp or imap
	 * @return string           Host; empty if none is known
	 */
	private function publicServer($provider, $protocol)
	{
		$family = preg_replace('/(\d|app)$/i', '', (string) $provider);
		return isset(self::PUBLIC_SERVERS[$family]) ? self::PUBLIC_SERVERS[$family][$protocol] : '';
	}

	/**
	 * The mailbox to propose where no setting of the entry names one.
	 *
	 * @param  string $account The account that gave the consent
	 * @return string          E-mail address; empty if none is known
	 */
	private function defaultMailbox($account)
	{
		if (preg_match('/[^\s\[\]<>]+@[^\s\[\]<>]+/', $account, $parts)) {
			return $parts[0];
		}
		return getDolGlobalString('MAIN_MAIL_SMTPS_ID', getDolGlobalString('MAIN_INFO_SOCIETE_MAIL'));
	}
}
