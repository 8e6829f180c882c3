<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/admin/oauthbridgemailservers.class.php
 * \ingroup    oauthbridge
 * \brief      The mail servers that Dolibarr uses an entry for
 */

/**
 * Finds host, port, security and mailbox of an entry in Dolibarr's mail settings and e-mail collectors, so that an admin need
 * not type them to test a login. Where Dolibarr does not use the entry yet, the provider's usual server is proposed.
 */
class OAuthBridgeMailServers
{
	/** The contexts that may have mail settings of their own. */
	const CONTEXTS = array('', '_EMAILING', '_TICKET', '_PASSWORDRESET');

	/** The usual servers of providers. */
	const USUAL = array(
		'Google' => array('smtp' => 'smtp.gmail.com', 'imap' => 'imap.gmail.com'),
		'Microsoft' => array('smtp' => 'smtp.office365.com', 'imap' => 'outlook.office365.com'),
	);

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
	 * The server that Dolibarr sends through with an entry.
	 *
	 * @param  string $entry    Name of the entry
	 * @param  string $provider Its provider
	 * @return array{host:string,port:int,security:string,username:string} security is none, starttls or tls
	 */
	public function findSmtp($entry, $provider)
	{
		foreach (self::CONTEXTS as $context) {
			$host = preg_replace('~^[a-z]+://~i', '', getDolGlobalString('MAIN_MAIL_SMTP_SERVER'.$context));
			if ($host !== '' && getDolGlobalString('MAIN_MAIL_SMTPS_OAUTH_SERVICE'.$context) === $entry) {
				$security = getDolGlobalString('MAIN_MAIL_EMAIL_TLS'.$context) ? 'tls' : (getDolGlobalString('MAIN_MAIL_EMAIL_STARTTLS'.$context) ? 'starttls' : 'none');
				$port = (int) getDolGlobalString('MAIN_MAIL_SMTP_PORT'.$context);
				return array('host' => $host, 'port' => $port > 0 ? $port : 25, 'security' => $security, 'username' => getDolGlobalString('MAIN_MAIL_SMTPS_ID'.$context));
			}
		}
		return array('host' => $this->usual($provider, 'smtp'), 'port' => 587, 'security' => 'starttls', 'username' => $this->anyMailbox());
	}

	/**
	 * The server that an e-mail collector reads with an entry.
	 *
	 * @param  string $entry    Name of the entry
	 * @param  string $provider Its provider
	 * @return array{host:string,port:int,security:string,username:string} security is none, starttls or tls
	 */
	public function findImap($entry, $provider)
	{
		if (isModEnabled('emailcollector')) {
			$sql = 'SELECT host, port, login FROM '.MAIN_DB_PREFIX.'emailcollector_emailcollector';
			$sql .= " WHERE oauth_service = '".$this->db->escape($entry)."' AND entity IN (".getEntity('emailcollector').') ORDER BY status DESC, rowid';
			$result = $this->db->query($sql.$this->db->plimit(1));
			$row = $result ? $this->db->fetch_object($result) : null;
			if ($row) {
				$port = (int) $row->port > 0 ? (int) $row->port : 993;
				return array('host' => (string) $row->host, 'port' => $port, 'security' => $port === 143 ? 'starttls' : 'tls', 'username' => (string) $row->login);
			}
		}
		return array('host' => $this->usual($provider, 'imap'), 'port' => 993, 'security' => 'tls', 'username' => $this->anyMailbox());
	}

	/**
	 * The usual server of a provider.
	 *
	 * @param  string $provider Provider
	 * @param  string $protocol smtp or imap
	 * @return string           Host; empty if none is known
	 */
	private function usual($provider, $protocol)
	{
		$family = preg_replace('/(\d|App)$/', '', (string) $provider);
		return isset(self::USUAL[$family]) ? self::USUAL[$family][$protocol] : '';
	}

	/**
	 * A mailbox to begin with where no setting names one.
	 *
	 * @return string E-mail address, or empty
	 */
	private function anyMailbox()
	{
		return getDolGlobalString('MAIN_MAIL_SMTPS_ID', getDolGlobalString('MAIN_INFO_SOCIETE_MAIL'));
	}
}
