<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

use PHPUnit\Framework\TestCase;

/** The class loader must never break a page. Each case runs in a PHP process of its own. */
final class LoaderTest extends TestCase
{
	/** @var string A scratch copy of the module, beside a scratch copy of the library */
	private $folder;

	protected function setUp(): void
	{
		$this->folder = sys_get_temp_dir().'/oauthbridge-loader-'.getmypid();
		exec('rm -rf '.escapeshellarg($this->folder).' && mkdir '.escapeshellarg($this->folder));
		exec('cp -r '.escapeshellarg(MODULE).' '.escapeshellarg($this->folder.'/oauthbridge'));
		exec('cp -r '.escapeshellarg(DOL_DOCUMENT_ROOT).' '.escapeshellarg($this->folder.'/htdocs'));
	}

	protected function tearDown(): void
	{
		exec('rm -rf '.escapeshellarg($this->folder));
	}

	public function testTheStockClassIsExtended()
	{
		$this->assertSame("OAuth\\Common\\Http\\Client\\OAuthBridgeStockStreamClient stock StreamClient\n", $this->load());
	}

	public function testAnyMissingFileLeavesTheStockClassInUse()
	{
		$files = array_merge(glob($this->folder.'/oauthbridge/class/*.php'), glob($this->folder.'/oauthbridge/class/*/*.php'));
		$this->assertGreaterThan(10, count($files));
		foreach ($files as $file) {
			rename($file, $file.'.gone');
			$this->assertStringContainsString('stock StreamClient', $this->load(), basename($file));
			rename($file.'.gone', $file);
		}
	}

	public function testATruncatedFileLeavesTheStockClassInUse()
	{
		foreach (array('http/streamclient.php', 'http/oauthbridgerefreshinterceptor.class.php', 'oauthbridgeclient.class.php') as $name) {
			$file = $this->folder.'/oauthbridge/class/'.$name;
			$whole = file_get_contents($file);
			file_put_contents($file, substr($whole, 0, (int) (strlen($whole) * 0.9)));
			$this->assertStringContainsString('stock StreamClient', $this->load(), $name);
			file_put_contents($file, $whole);
		}
	}

	public function testAnIncompatibleStockClassIsUsedUnchanged()
	{
		$file = $this->folder.'/htdocs/includes/OAuth/Common/Http/Client/StreamClient.php';
		$stock = file_get_contents($file);
		$shapes = array(
			str_replace("\nclass ", "\nfinal class ", $stock),
			str_replace('public function retrieve', 'final public function retrieve', $stock),
			str_replace("\$method = 'POST')", "\$method = 'POST', \$more = null)", $stock),
			str_replace("\$method = 'POST')", "\$method = 'POST'): string", $stock),
			str_replace('array $extraHeaders', '$extraHeaders', $stock),
		);
		foreach ($shapes as $shape) {
			$this->assertNotSame($stock, $shape);
			file_put_contents($file, $shape);
			$this->assertSame("OAuth\\Common\\Http\\Client\\AbstractClient stock StreamClient\n", $this->load());
		}
	}

	public function testARestrictedPhpLeavesTheStockClassInUse()
	{
		foreach (array('curl_exec', 'curl_init', 'stream_filter_register', 'stream_get_filters', 'stream_bucket_new') as $function) {
			$loaded = $this->load(null, array('-d', 'disable_functions='.$function));
			$this->assertStringContainsString('stock StreamClient', $loaded, $function);
		}
		$loaded = $this->load(null, array('-d', 'opcache.enable=1', '-d', 'opcache.enable_cli=1'));
		$this->assertStringContainsString('OAuthBridgeStockStreamClient stock', $loaded);
		$this->assertStringContainsString('stock StreamClient', $this->load(null, array('-d', 'open_basedir='.$this->folder.':'.__DIR__)));
	}

	public function testAnotherCopyOfTheLibraryIsNotExtended()
	{
		exec('cp -r '.escapeshellarg($this->folder.'/htdocs/includes/OAuth').' '.escapeshellarg($this->folder.'/OAuth'));

		$this->assertSame("OAuth\\Common\\Http\\Client\\AbstractClient stock StreamClient\n", $this->load($this->folder.'/OAuth'));
	}

	/** @return string Parent of the client that the library gets, and what it answers to a refresh without a bridge */
	private function load($library = null, array $settings = array())
	{
		$library = $library === null ? $this->folder.'/htdocs/includes/OAuth' : $library;
		$command = array_merge(array(PHP_BINARY), $settings, array(__DIR__.'/php/loader.php', $this->folder, $library));
		exec(implode(' ', array_map('escapeshellarg', $command)).' 2>&1', $lines, $status);
		$this->assertSame(0, $status, implode("\n", $lines));
		return implode("\n", $lines)."\n";
	}
}
