<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Collects mail with Dolibarr's own EmailCollector over IMAP with OAuth 2. Run in the htdocs of the scratch copy.
 *
 * usage: php collect_mail.php <entry> <host> <port> <mailbox> [name of a collector that exists]
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
require_once getcwd().'/master.inc.php';
require_once DOL_DOCUMENT_ROOT.'/core/lib/date.lib.php'; // as the scheduled job has it
require_once DOL_DOCUMENT_ROOT.'/emailcollector/class/emailcollector.class.php';

/** @var DoliDB $db */
/** @var User $user */

$user->fetch(0, 'admin');
method_exists($user, 'loadRights') ? $user->loadRights() : $user->getrights(); // up to 17
$collector = new EmailCollector($db);
if ($collector->fetch(0, isset($argv[5]) ? $argv[5] : 'Acceptance') <= 0) {
	$collector->ref = 'Acceptance';
	$collector->label = 'Acceptance';
	$collector->host = $argv[2];
	$collector->port = $argv[3];
	$collector->imap_encryption = 'ssl';
	$collector->acces_type = 1;
	$collector->oauth_service = $argv[1];
	$collector->login = $argv[4];
	$collector->source_directory = 'INBOX';
	$collector->maxemailpercollect = 10;
	$collector->status = 1;
	if ($collector->create($user) <= 0) {
		exit('Collector: '.$collector->error.' '.implode(' ', $collector->errors)."\n");
	}
	$collector->fetch($collector->id);
}
$result = $collector->doCollectOneCollector(0);
echo $result >= 0 ? $collector->lastresult."\n" : 'failed: '.$collector->error.' '.implode(' ', $collector->errors)."\n";
