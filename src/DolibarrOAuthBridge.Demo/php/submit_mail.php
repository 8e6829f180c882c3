<?php
/*
 * Sends a mail as Dolibarr's own SMTP client does (sending mode "smtps", authentication XOAUTH2): the same commands in the
 * same order and spelling, over PHP's streams. The access token is read from standard input.
 *
 * Usage: php submit_mail.php HOST PORT starttls|tls CA_FILE MAILBOX RECIPIENT SUBJECT < token
 * Ends with 0 and "sent", or with 1 and what the server said.
 */

if ($argc !== 8) {
	fwrite(STDERR, "Usage: php submit_mail.php HOST PORT starttls|tls CA_FILE MAILBOX RECIPIENT SUBJECT < token\n");
	exit(2);
}
list(, $host, $port, $security, $caFile, $mailbox, $recipient, $subject) = $argv;
$token = trim(stream_get_contents(STDIN));

/**
 * Sends a line, if there is one, and reads the answer with all its lines.
 *
 * @param  resource    $socket   Connection
 * @param  string|null $line     Line without CRLF; null to read only
 * @param  string      $expected Status that the answer must have
 * @return string The answer; if its status is another one, the script ends
 */
function dialogue($socket, $line, $expected)
{
	if ($line !== null) {
		fwrite($socket, $line."\r\n");
	}
	$answer = '';
	do {
		$received = fgets($socket);
		$answer .= (string) $received;
	} while ($received !== false && substr($received, 3, 1) === '-');
	if (substr((string) $received, 0, 3) !== $expected) {
		fwrite(STDERR, ($answer === '' ? 'The server closed the connection' : trim($answer))."\n");
		exit(1);
	}
	return $answer;
}

$tls = array('cafile' => $caFile, 'verify_peer' => true, 'verify_peer_name' => true, 'peer_name' => $host);
$context = stream_context_create(array('ssl' => $tls));
$socket = stream_socket_client(($security === 'tls' ? 'ssl://' : '').$host.':'.$port, $errno, $error, 20, STREAM_CLIENT_CONNECT, $context);
if ($socket === false) {
	fwrite(STDERR, $error."\n");
	exit(1);
}
stream_set_timeout($socket, 20);

dialogue($socket, null, '220');
dialogue($socket, 'EHLO localhost', '250');
if ($security === 'starttls') {
	dialogue($socket, 'STARTTLS', '220');
	if (!stream_socket_enable_crypto($socket, true, STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT)) {
		fwrite(STDERR, "STARTTLS failed\n");
		exit(1);
	}
	dialogue($socket, 'EHLO localhost', '250');
}
// Everything on one line, and no answer to a 334: that is how Dolibarr does it.
dialogue($socket, 'AUTH XOAUTH2 '.base64_encode('user='.$mailbox."\001auth=Bearer ".$token."\001\001"), '235');
dialogue($socket, 'MAIL FROM: <'.$mailbox.'>', '250');
dialogue($socket, 'RCPT TO: <'.$recipient.'>', '250');
dialogue($socket, 'DATA', '354');
$headers = array(
	'From: <'.$mailbox.'>',
	'To: <'.$recipient.'>',
	'Subject: '.$subject,
	'Date: '.date('r'),
	'MIME-Version: 1.0',
	'Content-Type: text/plain; charset=utf-8',
);
dialogue($socket, implode("\r\n", $headers)."\r\n\r\nSent by PHP with a token of the bridge.\r\n.", '250');
dialogue($socket, 'QUIT', '221');
echo "sent\n";
