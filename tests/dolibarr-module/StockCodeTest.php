<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * The OAuth library of a real Dolibarr, refreshing as its e-mail collector and CMailFile do. Needs DOLIBARR_ROOT, the htdocs of a
 * Dolibarr; nothing is written there.
 */
final class StockCodeTest extends ModuleTestCase
{
	protected function setUp(): void
	{
		if (!is_file(getenv('DOLIBARR_ROOT').'/includes/OAuth/bootstrap.php')) {
			$this->markTestSkipped('DOLIBARR_ROOT is not the htdocs of a Dolibarr.');
		}
		parent::setUp();
	}

	public function testTheLibraryRefreshesThroughTheBridge()
	{
		foreach (array('stream', 'curl') as $client) {
			$this->stage->expire(self::ENTRY);

			$seen = $this->refresh($client);

			$this->assertSame(1, $this->stage->refreshes(), $client);
			$this->assertSame((new OAuthBridgeClient())->getAccessToken(self::ENTRY), $seen['access_token']);
			$this->assertGreaterThan(time(), $seen['end_of_life']);

			// Stock code has written the previous refresh token back into the row; the bridge recovers from that.
			$this->assertNotSame('', (new OAuthBridgeClient())->refresh(self::ENTRY)['access_token']);
		}
	}

	public function testTheLibraryFailsAsWithoutTheModuleWhileTheBridgeIsDown()
	{
		$this->stage->expire(self::ENTRY);

		$seen = $this->refresh('stream', self::NOT_LISTENING);

		$this->assertSame('OAuth\\Common\\Http\\Exception\\TokenResponseException', $seen['exception']);
		$this->assertSame(0, $this->stage->refreshes());
	}

	/** @return array<string,mixed> What stock code got */
	private function refresh($client, $address = null)
	{
		$address = $address === null ? $this->stage->bridge() : $address;
		$command = array(PHP_BINARY, __DIR__.'/php/stock_refresh.php', $this->stage->conf(), $address, $client, self::SERVICE);
		exec(implode(' ', array_map('escapeshellarg', $command)), $lines, $status);
		$this->assertSame(0, $status, implode("\n", $lines));
		return json_decode(end($lines), true);
	}
}
