<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once MODULE.'/class/oauthbridgeclient.class.php';

/** Consents through the client, as the module's pages give them. */
final class ConsentTest extends ModuleTestCase
{
	public function testAConsentByCodeStoresATokenThatStockCodeCanRead()
	{
		$client = new OAuthBridgeClient();
		$this->db->query("DELETE FROM llx_oauth_token WHERE service = '".self::SERVICE."'");

		$begun = $client->beginConsent(self::ENTRY, array('flow' => 'code', 'session_binding' => 'a-browser-session-of-an-admin'));
		$brought = $this->stage->approve($begun['authorization_url']);
		$this->assertSame($begun['state'], $brought['state']);
		$finished = $client->finishConsent(array('session_binding' => 'a-browser-session-of-an-admin') + $brought);

		$this->assertSame(self::ENTRY, $finished['entry']);
		$this->assertSame('valid', $finished['token']['status']);
		$this->assertStringContainsString($client->getAccessToken(self::ENTRY), dolDecrypt($this->row()));
	}

	public function testAnotherSessionCannotFinishAConsent()
	{
		$client = new OAuthBridgeClient();
		$begun = $client->beginConsent(self::ENTRY, array('flow' => 'code', 'session_binding' => 'a-browser-session-of-an-admin'));
		$brought = $this->stage->approve($begun['authorization_url']);

		try {
			$client->finishConsent(array('session_binding' => 'a-browser-session-of-another') + $brought);
			$this->fail('The consent belongs to another session.');
		} catch (OAuthBridgeException $e) {
			$this->assertSame('state_invalid', $e->getProblemCode());
		}
	}

	public function testAnUnknownConsentIsRefused()
	{
		$this->expectException(OAuthBridgeException::class);

		(new OAuthBridgeClient())->getConsent(str_repeat('0', 32));
	}
}
