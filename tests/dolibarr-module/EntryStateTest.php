<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

use PHPUnit\Framework\TestCase;

require_once MODULE.'/class/admin/oauthbridgeentrystate.class.php';

/** What the bridge's report of an entry means for a person. */
final class EntryStateTest extends TestCase
{
	const NOW = 1800000000;
	const DAY = 86400;

	/**
	 * @testWith ["valid", "status4", false]
	 *           ["expiring", "status4", false]
	 *           ["never_expires", "status4", false]
	 *           ["expired", "status1", false]
	 *           ["none", "status0", true]
	 *           ["consent_required", "status8", true]
	 *           ["unreadable", "status8", true]
	 *           ["duplicate", "status8", true]
	 */
	public function testEveryStatusHasABadgeAndTellsWhetherAPersonIsNeeded($status, $badge, $needsPerson)
	{
		$state = $this->state(array('status' => $status, 'has_refresh_token' => true));

		$this->assertSame($badge, $state->getBadge());
		$this->assertSame($needsPerson, $state->needsPerson());
	}

	public function testAWarningOrAMissingSettingNeedsAPerson()
	{
		$warned = array('warnings' => array(array('code' => 'x', 'message' => 'y')));
		$this->assertTrue($this->state(array('status' => 'valid'), $warned)->needsPerson());
		$this->assertSame('incomplete', $this->state(array('status' => 'valid'), array('complete' => false))->getStatus());
		$this->assertTrue($this->state(array('status' => 'valid'), array('complete' => false))->needsPerson());
	}

	public function testNeedsPersonComesFromTheBridge()
	{
		$warned = array('warnings' => array(array('code' => 'x', 'message' => 'y')));

		$this->assertFalse($this->state(array('status' => 'valid'), array('needs_person' => false) + $warned)->needsPerson());
		$this->assertTrue($this->state(array('status' => 'valid'), array('needs_person' => true))->needsPerson());
	}

	public function testFlowsComeFromTheBridgeWithADefaultForOlderBridges()
	{
		$token = array('status' => 'none');
		$code = $this->state($token, array('flows' => array('code')));
		$app = $this->state($token, array('flows' => array('client_credentials')));
		$older = $this->state($token);

		$this->assertFalse($code->hasDeviceFlow() || $code->isAppOnly());
		$this->assertTrue($app->isAppOnly());
		$this->assertFalse($app->hasDeviceFlow());
		$this->assertTrue($older->hasDeviceFlow());
		$this->assertFalse($older->isAppOnly());
	}

	public function testAnEntryForSigningInNeedsNoToken()
	{
		$state = $this->state(array('status' => 'none'), array('label' => 'Login'));

		$GLOBALS['conf'] = (object) array('file' => (object) array('main_authentication' => 'dolibarr'));
		$this->assertSame('login_off', $state->getStatus(), 'conf.php lets no button appear');
		$this->assertSame('status1', $state->getBadge());
		$GLOBALS['conf']->file->main_authentication = 'dolibarr,oauthbridge';
		$this->assertSame('login', $state->getStatus());
		$this->assertFalse($state->needsPerson());
	}

	public function testWhatNothingCanRenewIsNotGreen()
	{
		$state = $this->state(array('status' => 'valid', 'has_refresh_token' => false));
		$this->assertSame('unrenewable', $state->getStatus());
		$this->assertSame('status1', $state->getBadge());
		$app = $this->state(array('status' => 'valid', 'has_refresh_token' => false), array('flows' => array('client_credentials')));
		$this->assertSame('valid', $app->getStatus());
	}

	public function testAWarningThatSaysTheSameAsTheStateIsNotShownTwice()
	{
		$warnings = array(array('code' => 'consent_required', 'message' => 'x'), array('code' => 'scopes_mixed', 'message' => 'y'));
		$state = $this->state(array('status' => 'consent_required'), array('warnings' => $warnings));
		$this->assertSame(array($warnings[1]), $state->getFurtherWarnings());
	}

	public function testOnlyWhatHasARefreshTokenOrActsForItselfCanBeRefreshed()
	{
		$this->assertTrue($this->state(array('status' => 'expired', 'has_refresh_token' => true))->canRefresh());
		$this->assertFalse($this->state(array('status' => 'valid', 'has_refresh_token' => false))->canRefresh());
		$app = array('flows' => array('client_credentials'));
		$this->assertTrue($this->state(array('status' => 'valid', 'has_refresh_token' => false), $app)->canRefresh());
		$this->assertFalse($this->state(array('status' => 'consent_required', 'has_refresh_token' => true))->canRefresh());
	}

	public function testTheAgeOfARefreshTokenCountsFromItsLastRefreshUpToItsLimit()
	{
		$token = array(
			'status' => 'valid',
			'granted_at' => $this->inDays(-80),
			'refreshed_at' => $this->inDays(-62),
			'refresh_token_expires_at' => $this->inDays(28),
		);
		$unlimited = array('refresh_token_expires_at' => null) + $token;
		$unknownStart = array('status' => 'valid', 'refresh_token_expires_at' => $this->inDays(3));

		$this->assertSame(
			array('age' => 62 * self::DAY, 'limit' => 90 * self::DAY, 'left' => 28 * self::DAY),
			$this->state($token)->getRefreshTokenAge(self::NOW)
		);
		$this->assertSame(
			array('age' => 90 * self::DAY, 'limit' => 90 * self::DAY, 'left' => 0),
			$this->state($token)->getRefreshTokenAge(self::NOW + 100 * self::DAY)
		);
		$this->assertNull($this->state($unlimited)->getRefreshTokenAge(self::NOW));
		$this->assertNull($this->state($unknownStart)->getRefreshTokenAge(self::NOW));
	}

	public function testFailuresComeFirst()
	{
		$urgencies = array();
		foreach (array('consent_required', 'valid', 'none') as $status) {
			$urgencies[] = $this->state(array('status' => $status))->getUrgency();
		}

		$this->assertSame(array(0, 1, 2), $urgencies);
	}

	/** @return string RFC 3339, some days from now */
	private function inDays($days)
	{
		return gmdate('Y-m-d\TH:i:s+00:00', self::NOW + $days * self::DAY);
	}

	/** @return OAuthBridgeEntryState */
	private function state(array $token, array $entry = array())
	{
		return new OAuthBridgeEntryState($entry + array(
			'entry' => 'GOOGLE-Mail',
			'provider' => 'Google',
			'label' => 'Mail',
			'complete' => true,
			'token' => $token,
			'warnings' => array(),
		));
	}
}
