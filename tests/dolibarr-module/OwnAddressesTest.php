<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/events.class.php';
require_once DOL_DOCUMENT_ROOT.'/user/class/user.class.php';
require_once MODULE.'/class/login/oauthbridgeloginusers.class.php';
require_once MODULE.'/core/modules/modOauthBridge.class.php';
require_once MODULE.'/core/triggers/interface_99_modOauthBridge_OauthBridgeTriggers.class.php';

/** An address that users gave themselves does not link an account to them. */
final class OwnAddressesTest extends ModuleTestCase
{
	use LoginTables;

	protected function setUp(): void
	{
		parent::setUp();
		$this->makeTables();
		$this->set('OAUTHBRIDGE_LOGIN_LINK_BY_EMAIL', '1');
	}

	protected function tearDown(): void
	{
		$this->dropTables();
	}

	public function testAnAddressThatAUserSetDoesNotCount()
	{
		$id = $this->mallory();
		$this->assertSame('email_set_by_user', $this->refusal());

		$this->trigger('USER_MODIFY', array('id' => $id, 'email' => 'ada@example.com'), $id + 1);
		$this->assertSame('email_set_by_user', $this->refusal(), 'an administrator gave a right or a group');

		$this->modify($id, $id + 1, 'old@example.com', 'ada@example.com');
		$this->assertSame('', $this->refusal(), 'an administrator set it');
	}

	public function testAnAddressThatAUserOnlyKeptCounts()
	{
		$id = $this->user('ada', array('email' => 'ada@example.com'));
		$this->modify($id, $id, 'ada@example.com', 'ada@example.com');

		$this->assertSame('', $this->refusal());
	}

	public function testAnAddressThatLooksEncryptedIsKeptAsItIs()
	{
		$id = $this->user('mallory', array('email' => 'x'));
		$this->modify($id, $id, 'x', 'dolcrypt:x:y');

		$this->assertSame(array('dolcrypt:x:y'), OAuthBridgeOwnAddresses::of($this->db, $id));
		$result = $this->db->query("SELECT value FROM llx_const WHERE name = '".OAuthBridgeOwnAddresses::PREFIX.$id."'");
		$this->assertStringStartsNotWith('dolcrypt:', $this->db->fetch_object($result)->value);
	}

	public function testAUserCannotMakeTheModuleForget()
	{
		$id = $this->mallory();
		// What core/ajax/constantonoff.php of Dolibarr 22 does for any user, with a name of their choice.
		$this->db->query('DELETE FROM llx_user_param WHERE fk_user = '.$id);

		$this->assertSame('email_set_by_user', $this->refusal());
		$this->load(2);
		$this->assertSame(array('ada@example.com'), OAuthBridgeOwnAddresses::of($this->db, $id), 'in every company');
	}

	public function testWhatAnOlderVersionNotedCountsAndIsMovedByTheNextChange()
	{
		$id = $this->user('mallory', array('email' => 'ada@example.com'));
		$this->noteAsBefore($id, 'ada@example.com');
		$this->assertSame('email_set_by_user', $this->refusal());

		$this->modify($id, $id, 'ada@example.com', 'eve@example.com');

		$this->assertSame(0, $this->oldRecords());
		$this->assertEqualsCanonicalizing(array('ada@example.com', 'eve@example.com'), OAuthBridgeOwnAddresses::of($this->db, $id));
	}

	public function testEnablingTheModuleAndTheNextLoginMoveWhatAnOlderVersionNoted()
	{
		$id = $this->user('mallory', array('email' => 'ada@example.com'));
		$this->noteAsBefore($id, 'ada@example.com');
		$this->assertSame(1, (new modOauthBridge($this->db))->init());
		$this->assertSame(0, $this->oldRecords());

		$this->noteAsBefore($id, 'eve@example.com');
		$this->trigger('USER_LOGIN', array('id' => $id + 1), $id + 1);
		$this->assertSame(0, $this->oldRecords(), 'whoever logs in');

		$this->assertEqualsCanonicalizing(array('ada@example.com', 'eve@example.com'), OAuthBridgeOwnAddresses::of($this->db, $id));
	}

	public function testADeletedUserLeavesNothing()
	{
		$id = $this->mallory();

		$this->trigger('USER_DELETE', array('id' => $id), $id + 1);

		$this->assertSame(array(), OAuthBridgeOwnAddresses::of($this->db, $id));
	}

	public function testOnlyTheCaseOfAsciiLettersIsIgnored()
	{
		$this->assertSame("adÁ@example.com", OAuthBridgeOwnAddresses::fold("AdÁ@Example.COM"));
	}

	/** @return int Id of a user who gave herself the address of another */
	private function mallory()
	{
		$id = $this->user('mallory', array('email' => 'ada@example.com'));
		$this->modify($id, $id, 'old@example.com', 'Ada@Example.com');
		return $id;
	}

	/** Writes a record where version 0.1 has it. */
	private function noteAsBefore($id, $address)
	{
		$sql = 'INSERT INTO llx_user_param (fk_user, entity, param, value)';
		$this->db->query($sql.' VALUES ('.$id.", 1, 'OAUTHBRIDGE_OWN_ADDRESSES', '".$address."')");
	}

	/** @return int How many there are */
	private function oldRecords()
	{
		return (int) $this->db->fetch_object($this->db->query('SELECT COUNT(*) as number FROM llx_user_param'))->number;
	}

	/** A user's address is changed by somebody. */
	private function modify($id, $actorId, $before, $after)
	{
		$changed = array('id' => $id, 'email' => $after, 'oldcopy' => (object) array('email' => $before));
		$this->trigger('USER_MODIFY', $changed, $actorId);
	}

	private function trigger($action, array $changed, $actorId)
	{
		$actor = new User($this->db);
		$actor->id = $actorId;
		$triggers = new InterfaceOauthBridgeTriggers($this->db);
		$triggers->runTrigger($action, (object) $changed, $actor, $GLOBALS['langs'], $GLOBALS['conf']);
	}

	/** @return string Why an account with the address does not sign in; empty if it does */
	private function refusal()
	{
		$users = new OAuthBridgeLoginUsers($this->db, 1);
		$users->resolve(array(
			'issuer' => 'https://login.example.com', 'subject' => '1001', 'email' => 'ada@example.com', 'email_verified' => true,
		));
		return $users->getReason();
	}
}
