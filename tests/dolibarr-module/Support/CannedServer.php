<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** A server that gives every request the same answer, in a process of its own. It proves its identity with a key, right or wrong. */
class CannedServer
{
	/** @var resource */
	private $process;

	/** @var resource[] */
	private $pipes;

	/** @var string */
	private $name;

	/**
	 * @param string              $answer  Bytes of the answer; empty to accept requests and say nothing
	 * @param array<string,mixed> $options listen: address; key: the API key that it knows; close: whether it closes the connection after
	 *                                     the proof; identity: bytes that it answers instead of a proof
	 */
	public function __construct($answer, array $options = array())
	{
		$options += array('listen' => 'tcp://127.0.0.1:0', 'key' => '', 'close' => false, 'answer' => base64_encode($answer));
		$options['identity'] = base64_encode($options['identity'] ?? '');
		$command = array(PHP_BINARY, __DIR__.'/../php/canned_server.php');
		$this->process = proc_open($command, array(array('pipe', 'r'), array('pipe', 'w'), STDERR), $this->pipes);
		fwrite($this->pipes[0], json_encode($options)."\n");
		$this->name = trim(fgets($this->pipes[1]));
	}

	/** @return string Where it listens */
	public function address()
	{
		return 'http://'.$this->name;
	}

	/**
	 * Ends it.
	 *
	 * @return string[] Everything that each connection sent
	 */
	public function end()
	{
		fclose($this->pipes[0]);
		$heard = stream_get_contents($this->pipes[1]);
		proc_close($this->process);
		return json_decode($heard === '' ? '[]' : $heard, true);
	}
}
