<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * \file       class/client/oauthbridgeconnection.class.php
 * \ingroup    oauthbridge
 * \brief      One connection to the sidecar
 */

require_once __DIR__.'/oauthbridgeaddress.class.php';
require_once __DIR__.'/oauthbridgeconnectionexception.class.php';

/**
 * One connection over TCP or a unix socket, and HTTP/1.1 on it. It never opens another connection by itself: what is sent after the
 * server's proof of identity goes to the server that gave the proof, or nowhere. PHP's curl cannot promise that, since it replaces a
 * connection that was closed without telling, and sends the request with its headers on the new one.
 */
class OAuthBridgeConnection
{
	/** Longest head of an answer, in bytes. */
	const MAX_HEAD = 16384;

	/** Longest body of an answer, in bytes. */
	const MAX_BODY = 1048576;

	/** Most bytes of one read. */
	const CHUNK = 65536;

	/** @var resource Not blocking */
	private $stream;

	/** @var string Value of the header Host */
	private $host;

	/** @var string Bytes received and not used yet */
	private $buffer = '';

	/** @var bool Whether the server has closed its end */
	private $isEnded = false;

	/** @var bool Whether it can carry another request */
	private $isOpen = true;

	/** @var int Id of the process that opened it */
	private $process;

	/** @var array<string,bool> What the server has proved, by OAuthBridgeProof::getId */
	private $proved = array();

	/**
	 * Connects.
	 *
	 * @param  OAuthBridgeAddress $address  Where the sidecar listens
	 * @param  float              $deadline Time on now()'s clock at which to give up
	 * @throws OAuthBridgeConnectionException Nothing listens there, the socket may not be used, or it takes too long
	 */
	public function __construct(OAuthBridgeAddress $address, $deadline)
	{
		$timeout = max(0.001, $deadline - self::now());
		$context = stream_context_create(array('socket' => array('tcp_nodelay' => true)));
		$number = 0;
		$text = '';
		$stream = @stream_socket_client($address->getRemote(), $number, $text, $timeout, STREAM_CLIENT_CONNECT, $context);
		if ($stream === false) {
			throw OAuthBridgeConnectionException::forConnect($number, $text);
		}
		stream_set_blocking($stream, false);
		$this->stream = $stream;
		$this->host = $address->getHost();
		$this->process = getmypid();
	}

	/**
	 * The clock of deadlines, which does not jump.
	 *
	 * @return float Seconds
	 */
	public static function now()
	{
		return hrtime(true) / 1e9;
	}

	/**
	 * Whether the next request can be sent on it: the server has neither closed it nor sent anything that nobody asked for.
	 *
	 * @return bool True if so
	 */
	public function isUsable()
	{
		if (!$this->isOpen || $this->process !== getmypid() || $this->buffer !== '') {
			return false;
		}
		$read = array($this->stream);
		$none = null;
		return @stream_select($read, $none, $none, 0) === 0;
	}

	/**
	 * Records that the server has proved its identity.
	 *
	 * @param  string $id OAuthBridgeProof::getId
	 * @return void
	 */
	public function noteProof($id)
	{
		$this->proved[$id] = true;
	}

	/**
	 * Whether the server has proved its identity on this connection.
	 *
	 * @param  string $id OAuthBridgeProof::getId
	 * @return bool       True if so
	 */
	public function hasProof($id)
	{
		return isset($this->proved[$id]);
	}

	/**
	 * Closes it.
	 *
	 * @return void
	 */
	public function close()
	{
		if ($this->isOpen) {
			$this->isOpen = false;
			fclose($this->stream);
		}
	}

	/**
	 * Sends a request and reads the answer. After a failure the connection is closed.
	 *
	 * @param  string      $method   GET, POST or DELETE
	 * @param  string      $path     Path and query, from the slash on
	 * @param  string[]    $headers  Header lines
	 * @param  string|null $body     Body; null for none
	 * @param  float       $deadline Time on now()'s clock at which to give up
	 * @return array{status:int,headers:array<string,string>,body:string} HTTP status, headers by their names in lower case, body
	 * @throws OAuthBridgeConnectionException There is no whole answer in time, it is too long, or it is not HTTP
	 */
	public function exchange(
		$method,
		$path,
		#[\SensitiveParameter]
		array $headers,
		#[\SensitiveParameter]
		$body,
		$deadline
	) {
		try {
			if (!$this->isOpen) {
				throw OAuthBridgeConnectionException::forEnd(true);
			}
			$lines = array($method.' '.$path.' HTTP/1.1', 'Host: '.$this->host, 'User-Agent: oauthbridge', 'Accept: application/json');
			if ($body !== null || $method === 'POST') {
				$lines[] = 'Content-Length: '.strlen((string) $body);
			}
			$this->write(implode("\r\n", array_merge($lines, $headers))."\r\n\r\n".$body, $deadline);
			$answer = $this->readAnswer($deadline);
		} catch (OAuthBridgeConnectionException $e) {
			$this->close();
			throw $e;
		}
		return $answer;
	}

	/**
	 * Sends bytes.
	 *
	 * @param  string $bytes    The bytes
	 * @param  float  $deadline Time on now()'s clock at which to give up
	 * @return void
	 * @throws OAuthBridgeConnectionException It is closed, or it takes too long
	 */
	private function write(
		#[\SensitiveParameter]
		$bytes,
		$deadline
	) {
		while ($bytes !== '') {
			$this->wait(true, $deadline);
			$sent = @fwrite($this->stream, $bytes);
			if ($sent === false || $sent === 0) {
				throw OAuthBridgeConnectionException::forEnd(true);
			}
			$bytes = (string) substr($bytes, $sent);
		}
	}

	/**
	 * Reads an answer (RFC 9112).
	 *
	 * @param  float $deadline Time on now()'s clock at which to give up
	 * @return array{status:int,headers:array<string,string>,body:string} HTTP status, headers, body
	 * @throws OAuthBridgeConnectionException As exchange
	 */
	private function readAnswer($deadline)
	{
		do {
			$lines = explode("\r\n", $this->readUntil("\r\n\r\n", self::MAX_HEAD, $deadline));
			if (!preg_match('~^HTTP/1\.([01]) (\d{3})(?: |$)~D', array_shift($lines), $parts)) {
				throw OAuthBridgeConnectionException::forAnswer('it is not HTTP');
			}
			$status = (int) $parts[2];
		} while ($status >= 100 && $status < 200); // an interim answer

		$headers = array();
		foreach ($lines as $line) {
			$pair = explode(':', $line, 2);
			if (isset($pair[1])) {
				$headers[strtolower(trim($pair[0]))] = trim($pair[1]);
			}
		}
		$isLast = $parts[1] === '0' || strtolower($headers['connection'] ?? '') === 'close';
		if ($status === 204 || $status === 304) {
			$body = '';
		} elseif (isset($headers['transfer-encoding'])) {
			$body = $this->readChunks($deadline);
		} elseif (isset($headers['content-length'])) {
			$body = $this->readBytes($this->checkLength($headers['content-length'], '/^\d{1,9}$/D', 10), $deadline);
		} else {
			$body = $this->readAll($deadline);
			$isLast = true;
		}
		if ($isLast) {
			$this->close();
		}
		return array('status' => $status, 'headers' => $headers, 'body' => $body);
	}

	/**
	 * Reads a chunked body (RFC 9112, section 7.1).
	 *
	 * @param  float $deadline Time on now()'s clock at which to give up
	 * @return string          The body
	 * @throws OAuthBridgeConnectionException As exchange
	 */
	private function readChunks($deadline)
	{
		$body = '';
		do {
			$line = explode(';', $this->readUntil("\r\n", self::MAX_HEAD, $deadline))[0];
			$length = $this->checkLength(trim($line), '/^[0-9a-f]{1,7}$/Di', 16);
			$body .= $this->readBytes($length, $deadline);
			if (strlen($body) > self::MAX_BODY) {
				throw OAuthBridgeConnectionException::forLength(self::MAX_BODY);
			}
			do { // the line end of a chunk, or the trailers after the last one
				$rest = $this->readUntil("\r\n", self::MAX_HEAD, $deadline);
			} while ($rest !== '');
		} while ($length > 0);
		return $body;
	}

	/**
	 * A length that the server gave.
	 *
	 * @param  string $text    What it sent
	 * @param  string $pattern Regular expression that it must match
	 * @param  int    $base    10 or 16
	 * @return int             Bytes
	 * @throws OAuthBridgeConnectionException It is not a length, or longer than MAX_BODY
	 */
	private function checkLength($text, $pattern, $base)
	{
		if (!preg_match($pattern, $text)) {
			throw OAuthBridgeConnectionException::forAnswer('its length is not a number');
		}
		$length = intval($text, $base);
		if ($length > self::MAX_BODY) {
			throw OAuthBridgeConnectionException::forLength(self::MAX_BODY);
		}
		return $length;
	}

	/**
	 * Reads up to a mark.
	 *
	 * @param  string $mark     The mark, which is removed
	 * @param  int    $limit    Most bytes before it
	 * @param  float  $deadline Time on now()'s clock at which to give up
	 * @return string           The bytes before the mark
	 * @throws OAuthBridgeConnectionException As exchange
	 */
	private function readUntil($mark, $limit, $deadline)
	{
		while (($position = strpos($this->buffer, $mark)) === false) {
			if (strlen($this->buffer) > $limit) {
				throw OAuthBridgeConnectionException::forLength($limit);
			}
			$this->fill($deadline);
		}
		$text = substr($this->buffer, 0, $position);
		$this->buffer = (string) substr($this->buffer, $position + strlen($mark));
		return $text;
	}

	/**
	 * Reads a number of bytes.
	 *
	 * @param  int   $length   How many
	 * @param  float $deadline Time on now()'s clock at which to give up
	 * @return string          The bytes
	 * @throws OAuthBridgeConnectionException As exchange
	 */
	private function readBytes($length, $deadline)
	{
		while (strlen($this->buffer) < $length) {
			$this->fill($deadline);
		}
		$text = (string) substr($this->buffer, 0, $length);
		$this->buffer = (string) substr($this->buffer, $length);
		return $text;
	}

	/**
	 * Reads until the server closes the connection.
	 *
	 * @param  float $deadline Time on now()'s clock at which to give up
	 * @return string          The bytes
	 * @throws OAuthBridgeConnectionException As exchange
	 */
	private function readAll($deadline)
	{
		while (!$this->isEnded) {
			if (strlen($this->buffer) > self::MAX_BODY) {
				throw OAuthBridgeConnectionException::forLength(self::MAX_BODY);
			}
			try {
				$this->fill($deadline);
			} catch (OAuthBridgeConnectionException $e) {
				if (!$this->isEnded) {
					throw $e;
				}
			}
		}
		$text = $this->buffer;
		$this->buffer = '';
		return $text;
	}

	/**
	 * Reads what has arrived; waits for it if there is nothing yet.
	 *
	 * @param  float $deadline Time on now()'s clock at which to give up
	 * @return void
	 * @throws OAuthBridgeConnectionException The server has closed the connection, or it takes too long
	 */
	private function fill($deadline)
	{
		$this->wait(false, $deadline);
		$bytes = @fread($this->stream, self::CHUNK);
		if ($bytes === false || ($bytes === '' && feof($this->stream))) {
			$this->isEnded = true;
			throw OAuthBridgeConnectionException::forEnd($this->buffer === '');
		}
		$this->buffer .= $bytes;
	}

	/**
	 * Waits until the connection can be read or written.
	 *
	 * @param  bool  $isWrite  Whether to write
	 * @param  float $deadline Time on now()'s clock at which to give up
	 * @return void
	 * @throws OAuthBridgeConnectionException It takes too long
	 */
	private function wait($isWrite, $deadline)
	{
		do {
			$left = $deadline - self::now();
			if ($left <= 0) {
				throw OAuthBridgeConnectionException::forTimeout();
			}
			$read = $isWrite ? null : array($this->stream);
			$write = $isWrite ? array($this->stream) : null;
			$none = null;
			$ready = @stream_select($read, $write, $none, (int) $left, (int) (($left - (int) $left) * 1e6));
		} while (!$ready); // false: interrupted by a signal
	}
}
