<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/** A real MariaDB, the real sidecar and a stand-in provider, started once for all tests and stopped with this process. */
class Stage
{
	/** @var Stage|null */
	private static $only;

	/** @var resource */
	private $process;

	/** @var resource[] Its standard input and output */
	private $pipes;

	/** @var array<string,mixed> bridge, api_key, conf, provider */
	private $addresses;

	private function __construct()
	{
		$program = REPOSITORY.'/src/DolibarrOAuthBridge.Demo/bin/Release/net10.0/dolibarr-oauth-bridge-demo';
		if (!is_executable($program)) {
			throw new RuntimeException('Build first: dotnet build src/DolibarrOAuthBridge.Demo --configuration Release');
		}
		$this->process = proc_open(array($program, '--session'), array(array('pipe', 'r'), array('pipe', 'w'), STDERR), $this->pipes);
		$this->addresses = $this->read();
	}

	/** @return Stage The stage, started if need be */
	public static function get()
	{
		if (self::$only === null) {
			self::$only = new self();
			register_shutdown_function(static function () {
				fclose(self::$only->pipes[0]);
				proc_close(self::$only->process);
			});
		}
		return self::$only;
	}

	/** @return string The sidecar's address */
	public function bridge()
	{
		return $this->addresses['bridge'];
	}

	/** @return string Path of Dolibarr's configuration */
	public function conf()
	{
		return $this->addresses['conf'];
	}

	/** Gives the entry a grant with an expired access token. */
	public function expire($entry)
	{
		$this->command('expire '.$entry);
	}

	/** Gives the entry a grant with a valid access token. */
	public function issue($entry)
	{
		$this->command('issue '.$entry);
	}

	/** Makes the provider revoke all grants of the entry. */
	public function revoke($entry)
	{
		$this->command('revoke '.$entry);
	}

	/** @return array<string,string> The provider's response after a user has allowed the access at an authorization URL */
	public function approve($url)
	{
		parse_str(parse_url($this->command('approve '.$url)['location'], PHP_URL_QUERY), $parameters);
		return $parameters;
	}

	/** @return int Refreshes that the provider saw since the last grant */
	public function refreshes()
	{
		return $this->command('refreshes')['refreshes'];
	}

	private function command($line)
	{
		fwrite($this->pipes[0], $line."\n");
		$answer = $this->read();
		if (isset($answer['error'])) {
			throw new RuntimeException($answer['error']);
		}
		return $answer;
	}

	private function read()
	{
		$line = fgets($this->pipes[1]);
		if ($line === false) {
			throw new RuntimeException('The stage ended.');
		}
		return json_decode($line, true);
	}
}
