<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/watch/oauthbridgenotices.class.php
 * \ingroup    oauthbridge
 * \brief      The bridge's notices reach people in Dolibarr
 */

require_once __DIR__.'/../client/oauthbridgegateway.class.php';
require_once __DIR__.'/oauthbridgeconstants.class.php';
require_once __DIR__.'/oauthbridgegrantwatch.class.php';

/**
 * Asks the bridge for notices and passes each on once, over all PHP processes: a constant keeps the number of the last one, and only
 * the process whose compare-and-swap succeeds passes a notice on.
 */
class OAuthBridgeNotices
{
	/** Constant: number of the last notice that was passed on. */
	const LAST = 'OAUTHBRIDGE_LAST_NOTICE';

	/** Seconds between two looks on page loads, over all processes. */
	const PAUSE = 60;

	/** Timeout of a look on a page load, in milliseconds. */
	const TIMEOUT = 500;

	/** Oldest notice that is passed on, in seconds: what was said before the module looked for the first time is of no use. */
	const MAX_AGE = 172800;

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
	 * Looks for notices on a page load: at most every PAUSE seconds, never long. Never throws.
	 *
	 * @return void
	 */
	public function lookNow()
	{
		global $conf;

		$marker = 'notices '.((int) $conf->entity);
		if (getDolGlobalString('OAUTHBRIDGE_API_KEY') === '' || OAuthBridgeMarker::isSet($marker)) {
			return;
		}
		OAuthBridgeMarker::set($marker, self::PAUSE);
		OAuthBridgeGateway::ask('looking for notices', function (OAuthBridgeClient $client) {
			$client->setTimeout(self::TIMEOUT);
			try {
				$this->look($client);
				OAuthBridgeAlarm::tellBridge($client);
			} catch (OAuthBridgeUnreachableException $e) {
				$e->isHasty = $e->isTimeout;
				throw $e;
			}
		});
	}

	/**
	 * Passes on all notices that there are.
	 *
	 * @param  OAuthBridgeClient $client The bridge
	 * @return int               How many this process passed on
	 * @throws OAuthBridgeException The bridge does not answer or refuses
	 */
	public function look(OAuthBridgeClient $client)
	{
		$count = 0;
		do {
			$last = (int) getDolGlobalString(self::LAST);
			$list = $client->getNotices($last);
			foreach ($list['events'] as $event) {
				if ($this->claim((int) $event['id'])) {
					$this->pass($event);
					$count++;
				}
			}
			if ($list['last'] < $last) {
				$this->write($last, $list['last']); // the database was restored from a backup
			}
		} while ($list['events'] && (int) getDolGlobalString(self::LAST) > $last);
		return $count;
	}

	/**
	 * Claims a notice for this process.
	 *
	 * @param  int  $id Number of the notice
	 * @return bool     Whether it is this process's
	 */
	private function claim($id)
	{
		$last = (int) getDolGlobalString(self::LAST);
		return $id > $last && $this->write($last, $id);
	}

	/**
	 * Changes the number of the last notice, if no other process has changed it.
	 *
	 * @param  int  $from What this process knows; 0 where there is none yet
	 * @param  int  $to   The new one
	 * @return bool       Whether it was changed by this call
	 */
	private function write($from, $to)
	{
		global $conf;

		$name = self::LAST;
		$isNew = getDolGlobalString($name) === '';
		$isDone = $isNew
			? OAuthBridgeConstants::insert($this->db, $name, (string) $to)
			: OAuthBridgeConstants::swap($this->db, $name, (string) $from, (string) $to);
		$conf->global->$name = $isDone ? (string) $to : OAuthBridgeConstants::read($this->db, $name);
		return $isDone;
	}

	/**
	 * Passes a notice on: security event, agenda, mail.
	 *
	 * @param  array<string,mixed> $event kind, entry, severity, message, advice, at
	 * @return void
	 */
	private function pass(array $event)
	{
		$at = is_string($event['at'] ?? null) ? strtotime($event['at']) : false;
		if ($at === false || $at < dol_now('gmt') - self::MAX_AGE) {
			return;
		}
		$entry = (string) ($event['entry'] ?? '');
		$message = (string) ($event['message'] ?? '');
		$watch = new OAuthBridgeGrantWatch($this->db);
		switch ($event['kind'] ?? '') {
			case 'grant_ended':
				$watch->noteEnd($entry, trim($message.' '.(string) ($event['advice'] ?? '')));
				break;
			case 'grant_restored':
				$watch->noteLife($entry); // and, as all others
			default:
				$watch->tell((string) ($event['kind'] ?? ''), $entry, $message, (string) ($event['advice'] ?? ''));
		}
	}
}
