<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors */

/**
 * \file       class/oauthbridgecron.class.php
 * \ingroup    oauthbridge
 * \brief      The module's scheduled job
 */

require_once __DIR__.'/oauthbridgeclient.class.php';
require_once __DIR__.'/oauthbridgegrantwatch.class.php';

/**
 * The module's scheduled job
 */
class OAuthBridgeCron
{
	/** @var DoliDB */
	private $db;

	/** @var string What went wrong, shown in the list of jobs */
	public $error = '';

	/** @var string What was done, shown in the list of jobs */
	public $output = '';

	/**
	 * @param DoliDB $db Database handler
	 */
	public function __construct($db)
	{
		$this->db = $db;
	}

	/**
	 * Renews what has ended or is about to end, even if the sidecar itself renews on demand only, and tells people about grants that
	 * have ended.
	 *
	 * @return int 0 if done, even if a grant needs a person; -1 if the bridge could not be asked
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

		$watch = new OAuthBridgeGrantWatch($this->db);
		$lines = array();
		foreach ($entries as $report) {
			$problem = $this->keep($client, $watch, $report);
			if ($problem !== '') {
				$lines[] = $report['entry'].': '.$problem;
			}
		}
		array_unshift($lines, $langs->transnoentitiesnoconv('OAuthBridgeKeepAliveDone', count($entries), count($lines)));
		$this->output = implode("\n", $lines);
		return 0;
	}

	/**
	 * Keeps one grant alive.
	 *
	 * @param  OAuthBridgeClient     $client The bridge
	 * @param  OAuthBridgeGrantWatch $watch  Tells about ends
	 * @param  array<string,mixed>   $report The entry, as the bridge reports it
	 * @return string                        What is wrong; empty if nothing
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
			case 'expired':
			case 'expiring':
				try {
					$client->getToken($entry);
				} catch (OAuthBridgeException $e) {
					if ($e->getProblemCode() === 'consent_required') {
						$watch->noteEnd($entry);
					}
					return $e->getDetail();
				}
				break;
			case 'duplicate':
				return $token['status'];
		}
		$watch->noteLife($entry);
		return '';
	}
}
