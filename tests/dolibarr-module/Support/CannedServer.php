<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** A server that gives every request the same answer, in a process of its own. */
class CannedServer
{
	/** @var resource */
	private $process;

	/** @var resource[] */
	private $pipes;

	/** @var string */
	private $name;

	public function __construct($answer, $listen = 'tcp://127.0.0.1:0')
	{
		$command = array(PHP_BINARY, __DIR__.'/../php/canned_server.php', $listen);
		$this->process = proc_open($command, array(array('pipe', 'r'), array('pipe', 'w'), STDERR), $this->pipes);
		fwrite($this->pipes[0], strlen($answer)."\n".$answer);
		$this->name = trim(fgets($this->pipes[1]));
	}

	/** @return string Where it listens */
	public function address()
	{
		return 'http://'.$this->name;
	}

	/** Ends it. */
	public function end()
	{
		proc_terminate($this->process);
		proc_close($this->process);
	}
}
