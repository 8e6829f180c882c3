<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Sends a mail with Dolibarr's own CMailFile, as its settings say. Run in the htdocs of the scratch copy.
 *
 * usage: php send_mail.php <from> <to> <subject> [entity]
 */

define('NOSESSION', '1');
define('NOLOGIN', '1');
define('NOREQUIREMENU', '1');
if (isset($argv[4])) {
	define('DOLENTITY', (int) $argv[4]);
}
require_once getcwd().'/master.inc.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/CMailFile.class.php';

/** @var User $user */

$user->fetch(0, 'admin');
method_exists($user, 'loadRights') ? $user->loadRights() : $user->getrights(); // up to 17
$mail = new CMailFile($argv[3], $argv[2], $argv[1], 'Sent by Dolibarr.');
echo $mail->sendfile() ? "sent\n" : 'not sent: '.$mail->error.' '.implode(' ', $mail->errors)."\n";
