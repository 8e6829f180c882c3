<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/watch/oauthbridgeuses.class.php
 * \ingroup    oauthbridge
 * \brief      What Dolibarr uses each entry for
 */

/**
 * Where Dolibarr's settings name OAuth entries: outgoing mail with its contexts, and e-mail collectors.
 */
class OAuthBridgeUses
{
	/** Suffixes of the constants of mail settings: the general ones, and those of a context. */
	const CONTEXTS = array('', '_EMAILING', '_TICKET', '_PASSWORDRESET');

	/** @var array<int,array{entry:string,protocol:string,label:string,url:string}> */
	private $all = array();

	/**
	 * Reads the settings.
	 *
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		global $langs;

		$langs->load('oauthbridge@oauthbridge');
		foreach (self::CONTEXTS as $context) {
			$entry = self::ofContext($context);
			if ($entry !== '') {
				$key = 'OAuthBridgeUse_mail'.strtolower($context);
				$url = DOL_URL_ROOT.'/admin/mails'.strtolower($context).'.php';
				$this->add($entry, 'smtp', $langs->transnoentitiesnoconv($key), $url);
			}
		}
		if (!isModEnabled('emailcollector')) {
			return;
		}
		$sql = 'SELECT rowid, ref, oauth_service FROM '.MAIN_DB_PREFIX.'emailcollector_emailcollector';
		$sql .= " WHERE acces_type = 1 AND oauth_service <> '' AND entity IN (".getEntity('emailcollector').') ORDER BY ref';
		$result = $db->query($sql);
		while ($result && ($row = $db->fetch_object($result))) {
			$label = $langs->transnoentitiesnoconv('OAuthBridgeUse_collector', (string) $row->ref);
			$this->add((string) $row->oauth_service, 'imap', $label, DOL_URL_ROOT.'/admin/emailcollector_card.php?id='.((int) $row->rowid));
		}
	}

	/**
	 * The entry that outgoing mail of a context uses.
	 *
	 * @param  string $context Of self::CONTEXTS
	 * @return string          Its name; empty where mail is sent in another way
	 */
	public static function ofContext($context)
	{
		$usesOAuth = in_array(getDolGlobalString('MAIN_MAIL_SENDMODE'.$context), array('smtps', 'swiftmailer'), true)
			&& getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'.$context) === 'XOAUTH2';
		return $usesOAuth ? getDolGlobalString('MAIN_MAIL_SMTPS_OAUTH_SERVICE'.$context) : '';
	}

	/**
	 * What uses an entry.
	 *
	 * @param  string $entry Name of the entry
	 * @return array<int,array{entry:string,protocol:string,label:string,url:string}> protocol: smtp or imap; label: without markup
	 */
	public function of($entry)
	{
		return array_values(array_filter($this->all, static function ($use) use ($entry) {
			return strcasecmp($use['entry'], $entry) === 0;
		}));
	}

	/**
	 * What names an entry that does not exist: after a renaming, or a deletion.
	 *
	 * @param  string[] $entries Names of all entries
	 * @return array<int,array{entry:string,protocol:string,label:string,url:string}> As of()
	 */
	public function orphans(array $entries)
	{
		$known = array_map('strtolower', $entries);
		return array_values(array_filter($this->all, static function ($use) use ($known) {
			return !in_array(strtolower($use['entry']), $known, true);
		}));
	}

	/**
	 * Adds a use.
	 *
	 * @param  string $entry    Name of the entry
	 * @param  string $protocol smtp or imap
	 * @param  string $label    What uses it
	 * @param  string $url      Page where that is set
	 * @return void
	 */
	private function add($entry, $protocol, $label, $url)
	{
		$this->all[] = array('entry' => $entry, 'protocol' => $protocol, 'label' => $label, 'url' => $url);
	}
}
