<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/watch/oauthbridgecron.class.php
 * \ingroup    oauthbridge
 * \brief      The module's scheduled job
 */

require_once __DIR__.'/../oauthbridgeclient.class.php';
require_once __DIR__.'/oauthbridgegrantwatch.class.php';
require_once __DIR__.'/oauthbridgenotices.class.php';

/**
 * The module's scheduled job, hourly. Dolibarr's scheduler reads its public properties after each run.
 */
class OAuthBridgeCron
{
	/** Seconds without a run after which Dolibarr's scheduler counts as off: the job is hourly. */
	const OVERDUE = 10800;

	/** @var DoliDB */
	private $db;

	/** @var string What went wrong, as the list of jobs shows it */
	public $error = '';

	/** @var string What was done, as the list of jobs shows it; one line per entry with a problem */
	public $output = '';

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
	}

	/**
	 * Refreshes the tokens that have expired or are about to, even where the sidecar is configured to refresh on demand only, and
	 * reports the grants that have ended.
	 *
	 * @return int 0 if the bridge was asked about every entry, whatever their state; -1 if it could not be asked, then error says why
	 */
	public function keepAlive()
	{
		global $langs;

		$langs->load('oauthbridge@oauthbridge');
		$client = new OAuthBridgeClient();
		try {
			$entries = $client->getEntries();
		} catch (OAuthBridgeException $e) {
			$this->error = $e->getDetail();
			dol_syslog('oauthbridge: the scheduled job could not ask the bridge. '.$e->getDetail(), LOG_WARNING);
			return -1;
		}

		OAuthBridgeAlarm::tellBridge($client);
		try {
			(new OAuthBridgeNotices($this->db))->look($client);
		} catch (OAuthBridgeException $e) {
			dol_syslog('oauthbridge: the scheduled job could not read the notices. '.$e->getDetail(), LOG_WARNING); // an older bridge
		}
		$watch = new OAuthBridgeGrantWatch($this->db);
		$lines = array();
		foreach ($entries as $report) {
			$problem = $this->keep($client, $watch, $report);
			if ($problem !== '') {
				$lines[] = $report['entry'].': '.$problem;
			}
		}
		$watch->forgetOthers($entries);
		array_unshift($lines, $langs->transnoentitiesnoconv('OAuthBridgeKeepAliveDone', count($entries), count($lines)));
		$this->output = implode("\n", $lines);
		return 0;
	}

	/**
	 * Why the job does not run.
	 *
	 * @param  DoliDB $db  Database handler
	 * @param  int    $now Unix time
	 * @return string      module (the scheduler is not enabled), disabled (the job is switched off), overdue (nothing runs the scheduler);
	 *                     empty where it runs
	 */
	public static function findProblem($db, $now)
	{
		global $conf;

		if (!isModEnabled('cron')) {
			return 'module';
		}
		$sql = 'SELECT status, datelastrun, datec FROM '.MAIN_DB_PREFIX."cronjob WHERE objectname = 'OAuthBridgeCron'";
		$sql .= ' AND entity IN (0, '.((int) $conf->entity).') ORDER BY status DESC, datelastrun DESC';
		$result = $db->query($sql.$db->plimit(1));
		$row = $result ? $db->fetch_object($result) : null;
		if (!$row || (int) $row->status !== 1) {
			return 'disabled';
		}
		$last = max((int) $db->jdate($row->datelastrun), (int) $db->jdate($row->datec));
		return $last < $now - self::OVERDUE ? 'overdue' : '';
	}

	/**
	 * Keeps one grant alive.
	 *
	 * @param  OAuthBridgeClient     $client The bridge
	 * @param  OAuthBridgeGrantWatch $watch  Reports ended grants
	 * @param  array<string,mixed>   $report One entry of OAuthBridgeClient::getEntries
	 * @return string                        The problem, in words; empty if there is none
	 */
	private function keep(OAuthBridgeClient $client, OAuthBridgeGrantWatch $watch, array $report)
	{
		$entry = $report['entry'];
		$token = $report['token'];
		switch ($token['status']) {
			case 'none':
				return '';
			case 'consent_required':
			case 'unreadable':
				$watch->noteEnd($entry);
				return (string) ($token['last_error'] ?? $token['status']);
			case 'duplicate':
				return $token['status'];
			case 'expired':
			case 'expiring':
				try {
					$watch->requireToken($client, $entry);
				} catch (OAuthBridgeException $e) {
					return $e->getDetail();
				}
		}
		if (!empty($report['needs_person']) && $token['status'] !== 'expired') {
			$missing = implode(', ', (array) ($report['missing'] ?? array()));
			$why = $missing === '' ? 'needs a person' : 'settings are missing: '.$missing;
			return (string) ($token['last_error'] ?? $why); // the old token lives on: that is no sign of life
		}
		$watch->noteLife($entry);
		return '';
	}
}
