<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

use PHPUnit\Framework\TestCase;

require_once MODULE.'/class/admin/oauthbridgeconsents.class.php';

/** Who may finish a consent: the session, user and entity that began it, once, before it expires. */
final class ConsentsTest extends TestCase
{
	const NOW = 1800000000;
	const ENTRY = 'GOOGLE-Mail';
	const PAGE = 'https://provider.example/authorize';

	/** @var OAuthBridgeClient Double of the client: grants everything and records its calls */
	private $client;

	protected function setUp(): void
	{
		$GLOBALS['conf'] = new Conf();
		$_SESSION = array();
		$this->client = new class extends OAuthBridgeClient {
			/** @var array<int,array<string,mixed>> */
			public $finished = array();

			/** @var array<string,mixed> */
			public $begun = array();

			/** @var array<string,mixed> */
			public $answer = array('authorization_url' => ConsentsTest::PAGE, 'state' => 'the-state', 'expires_in' => 600);

			/** @var string */
			public $status = 'pending';

			public function beginConsent($entry, array $options)
			{
				$this->begun = $options + array('entry' => $entry);
				return $this->answer;
			}

			public function finishConsent(array $callback)
			{
				$this->finished[] = $callback;
				return array('entry' => 'GOOGLE-Mail');
			}

			public function getConsent($consentId)
			{
				return array('status' => $this->status);
			}
		};
	}

	public function testTheSessionThatBeganAConsentFinishesItWithItsBinding()
	{
		$this->assertSame(self::PAGE, $this->of(7)->beginCode(self::ENTRY, array('login_hint' => 'a@example.com')));
		$this->assertMatchesRegularExpression('/^[0-9a-f]{64}$/D', $this->client->begun['session_binding']);
		$this->assertSame('a@example.com', $this->client->begun['login_hint']);

		$this->of(7)->finishCode(array('state' => 'the-state', 'code' => 'c0de'));

		$sent = array('state' => 'the-state', 'code' => 'c0de', 'session_binding' => $this->client->begun['session_binding']);
		$this->assertSame(array($sent), $this->client->finished);
	}

	public function testAResponseIsAcceptedOnce()
	{
		$this->of(7)->beginCode(self::ENTRY);
		$this->of(7)->finishCode(array('state' => 'the-state', 'code' => 'c0de'));

		$this->assertRefused(7, 1, self::NOW, 'the-state');
	}

	public function testAnotherUserEntityStateOrTimeIsRefusedBeforeTheBridgeIsAsked()
	{
		$this->of(7)->beginCode(self::ENTRY);

		$this->assertRefused(8, 1, self::NOW, 'the-state');
		$this->assertRefused(7, 2, self::NOW, 'the-state');
		$this->assertRefused(7, 1, self::NOW + 601, 'the-state');
		$this->assertRefused(7, 1, self::NOW, 'another-state');
		$this->assertRefused(7, 1, self::NOW, '');
		$this->assertSame(array(), $this->client->finished);
		$this->of(7)->finishCode(array('state' => 'the-state', 'code' => 'c0de'));
		$this->assertCount(1, $this->client->finished);
	}

	public function testASessionWithoutPendingConsentIsRefused()
	{
		$this->assertRefused(7, 1, self::NOW, 'the-state');
	}

	/**
	 * @testWith ["javascript:alert(1)"]
	 *           ["//evil.example/"]
	 *           ["https://evil.example/ x"]
	 *           [""]
	 */
	public function testTheProvidersPageMustBeAWebAddress($url)
	{
		$this->client->answer['authorization_url'] = $url;

		$this->expectException(OAuthBridgeException::class);
		$this->of(7)->beginCode(self::ENTRY);
	}

	public function testASessionRefusesAnEleventhConsentAndDropsNoneThatIsUnderWay()
	{
		for ($i = 0; $i < OAuthBridgePendingAuthorizations::MAX_PENDING; $i++) {
			$this->client->answer['state'] = 'state-'.$i;
			$this->of(7)->beginCode(self::ENTRY);
		}
		try {
			$this->of(7)->beginCode(self::ENTRY);
			$this->fail('An eleventh was begun.');
		} catch (OAuthBridgeException $e) {
			$this->assertSame('too_many_requests', $e->getProblemCode());
		}

		$this->of(7)->finishCode(array('state' => 'state-0'));
		$this->assertCount(1, $this->client->finished);
	}

	public function testOnlyTheUserWhoBeganItSeesTheCodeForAnotherDevice()
	{
		$this->client->answer = array(
			'consent_id' => 'id',
			'user_code' => 'ABCD-EFGH',
			'verification_uri' => 'https://provider.example/device',
			'verification_uri_complete' => 'javascript:alert(1)',
			'interval' => 5,
			'expires_in' => 900,
		);
		$this->of(7)->beginDevice(self::ENTRY);

		$this->assertNull($this->of(8)->getDevice(self::ENTRY));
		$this->assertSame('expired', $this->of(8)->askDevice(self::ENTRY));
		$this->assertSame('ABCD-EFGH', $this->of(7)->getDevice(self::ENTRY)['user_code']);
		$this->assertSame('', $this->of(7)->getDevice(self::ENTRY)['verification_uri_complete']);
		$this->assertSame('pending', $this->of(7)->askDevice(self::ENTRY));
		$this->client->status = 'granted';
		$this->assertSame('granted', $this->of(7)->askDevice(self::ENTRY));
		$this->client->status = 'something new';
		$this->assertSame('expired', $this->of(7)->askDevice(self::ENTRY));
		$this->of(7)->forgetDevice(self::ENTRY);
		$this->assertNull($this->of(7)->getDevice(self::ENTRY));
	}

	/** @return OAuthBridgeConsents The consents of a user in an entity */
	private function of($user, $entity = 1, $now = self::NOW)
	{
		return new OAuthBridgeConsents($this->client, $user, $entity, $now);
	}

	private function assertRefused($user, $entity, $now, $state)
	{
		try {
			$this->of($user, $entity, $now)->finishCode(array('state' => $state, 'code' => 'c0de'));
			$this->fail('It was accepted.');
		} catch (OAuthBridgeException $e) {
			$this->assertSame('state_invalid', $e->getProblemCode());
		}
	}
}
