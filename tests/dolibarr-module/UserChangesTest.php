<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';
require_once __DIR__.'/Support/LoginTables.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/CMailFile.class.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/events.class.php';
require_once DOL_DOCUMENT_ROOT.'/user/class/user.class.php';
require_once MODULE.'/core/login/functions_oauthbridge.php';
require_once MODULE.'/core/triggers/interface_99_modOauthBridge_OauthBridgeTriggers.class.php';
require_once MODULE.'/class/login/oauthbridgelinking.class.php';

/** What changes of a user mean for the sign-in, and what linking an account asks for. */
final class UserChangesTest extends ModuleTestCase
{
	use LoginTables;

	const IDENTITY = array(
		'issuer' => 'https://login.example.com', 'subject' => '1001', 'email' => 'ada@example.com', 'email_verified' => true,
	);

	protected function setUp(): void
	{
		parent::setUp();
		$this->makeTables();
		$this->set('OAUTHBRIDGE_LOGIN_LINK_BY_EMAIL', '1');
		Events::$written = array();
	}

	protected function tearDown(): void
	{
		$this->dropTables();
	}

	public function testANewPasswordDropsTheLinks()
	{
		$id = $this->linkedUser();

		$this->trigger('USER_NEW_PASSWORD', array('id' => $id, 'login' => 'ada'));

		$this->assertSame(array(), (new OAuthBridgeLinks($this->db, 1))->listOf($id));
		$this->assertStringStartsWith('OAUTHBRIDGE_UNLINKED: ', Events::$written[0]);
	}

	public function testALinkFromBeforeTheEndOfAllSessionsIsDropped()
	{
		$id = $this->linkedUser();
		$links = new OAuthBridgeLinks($this->db, 1);
		$this->db->query("UPDATE llx_user SET flagdelsessionsbefore = '".$this->db->idate(time() - 60)."'");
		$this->assertSame($id, $links->findUser(self::IDENTITY['issuer'], '1001'), 'the link is newer');
		$this->db->query("UPDATE llx_user SET flagdelsessionsbefore = '".$this->db->idate(time() + 60)."'");

		$this->assertSame(0, $links->findUser(self::IDENTITY['issuer'], '1001'));
		$this->assertSame(array(), $links->listOf($id));
		$this->assertStringStartsWith('OAUTHBRIDGE_UNLINKED: ada@example.com at', Events::$written[0]);
	}

	public function testALinkSignsInWhereDolibarrKeepsNoEndOfAllSessions()
	{
		$id = $this->linkedUser();
		$this->db->query('ALTER TABLE llx_user DROP COLUMN flagdelsessionsbefore'); // as Dolibarr 17 has it: the query would fail

		$this->assertSame($id, (new OAuthBridgeLinks($this->db, 1))->findUser(self::IDENTITY['issuer'], '1001'));
	}

	public function testGoogleVouchesForItsOwnAddressesAndHostedDomainsOnly()
	{
		$this->user('ada', array('email' => 'ada@example.com'));
		$this->user('bob', array('email' => 'bob@gmail.com'));
		$google = array('issuer' => 'https://accounts.google.com');

		$this->assertSame('email_of_foreign_domain', $this->refusal($google));
		$this->assertSame('email_of_foreign_domain', $this->refusal($google + array('hosted_domain' => '')));
		$this->assertSame('', $this->refusal($google + array('hosted_domain' => 'example.com')));
		$this->assertSame('', $this->refusal($google + array('email' => 'bob@gmail.com', 'subject' => '2002')));
	}

	public function testALoginIsNotedOnlyOnceDolibarrAcceptedIt()
	{
		$id = $this->linkedUser();
		$links = new OAuthBridgeLinks($this->db, 1);
		$account = array('user' => $id, 'issuer' => self::IDENTITY['issuer'], 'subject' => '1001');
		$_SESSION[OAuthBridgeUserChanges::CONFIRMING] = $account;
		$this->assertNull($links->listOf($id)[0]->last_login);

		$this->trigger('USER_LOGIN', array('id' => $id + 1, 'context' => array('authentication_method' => 'oauthbridge')));
		$this->assertNull($links->listOf($id)[0]->last_login, 'another user');
		$_SESSION[OAuthBridgeUserChanges::CONFIRMING] = $account;
		$this->trigger('USER_LOGIN', array('id' => $id, 'context' => array('authentication_method' => 'dolibarr')));
		$this->assertNull($links->listOf($id)[0]->last_login, 'by password');
		$_SESSION[OAuthBridgeUserChanges::CONFIRMING] = $account;
		$this->trigger('USER_LOGIN', array('id' => $id, 'context' => array('authentication_method' => 'oauthbridge')));
		$this->assertNotNull($links->listOf($id)[0]->last_login);
		$this->assertArrayNotHasKey(OAuthBridgeUserChanges::CONFIRMING, $_SESSION);
	}

	public function testOnlyASignInByAccountOfAMomentAgoIsFresh()
	{
		$_SESSION = array('dol_authmode' => 'oauthbridge', 'dol_logindate' => 1000);
		$this->assertTrue(OAuthBridgeLinking::isFresh(1299));
		$this->assertFalse(OAuthBridgeLinking::isFresh(1300));
		$_SESSION['dol_authmode'] = 'dolibarr';
		$this->assertFalse(OAuthBridgeLinking::isFresh(1000), 'by password: it is asked for again');
		$_SESSION = array();
		$this->assertFalse(OAuthBridgeLinking::isFresh(0));
		$this->assertFalse(OAuthBridgeLinking::isPassword('ada', '', 1));
	}

	public function testALinkIsWrittenIntoTheSecurityEvents()
	{
		OAuthBridgeLinking::tell($this->db, (object) array('login' => 'ada', 'email' => ''), self::IDENTITY);

		$this->assertStringStartsWith('OAUTHBRIDGE_LINKED: ada@example.com at https://login.example.com', Events::$written[0]);
	}

	public function testUnlinkingTellsTheUserAndTheSecurityEvents()
	{
		$id = $this->linkedUser();
		$links = new OAuthBridgeLinks($this->db, 1);
		$link = (int) $links->listOf($id)[0]->rowid;
		$owner = (object) array('id' => $id, 'login' => 'ada', 'email' => 'ada@example.com', 'lang' => 'de_DE');
		CMailFile::$sent = array();

		$this->assertFalse(OAuthBridgeLinking::unlink($this->db, 1, $owner, $link + 1, 'boss'));
		$this->assertSame(array(), Events::$written);
		$this->assertTrue(OAuthBridgeLinking::unlink($this->db, 1, $owner, $link, 'boss'));

		$this->assertSame(array(), $links->listOf($id));
		$what = 'OAUTHBRIDGE_UNLINKED: ada@example.com at https://login.example.com was unlinked from ada by boss';
		$this->assertStringStartsWith($what, Events::$written[0]);
		$this->assertSame(array('ada@example.com'), array_column(CMailFile::$sent, 'to'));
		$this->assertStringStartsWith('de_DE OAuthBridgeUnlinkedMailText ada@example.com', CMailFile::$sent[0]['text']);
		$this->assertSame('de_DE OAuthBridgeUnlinkedMailSubject', CMailFile::$sent[0]['subject']);
	}

	public function testALinkByAddressTellsTheUserAndTheSecurityEvents()
	{
		$this->user('ada', array('email' => 'ada@example.com'));
		CMailFile::$sent = array();

		$this->assertSame('', $this->refusal());

		$this->assertStringStartsWith('OAUTHBRIDGE_LINKED: ada@example.com at https://login.example.com', Events::$written[0]);
		$this->assertSame(array('OAuthBridgeLinkedMailSubject'), array_column(CMailFile::$sent, 'subject'));
	}

	public function testARefusedSignInReachesTheSecurityEventsWhereDolibarrWritesNone()
	{
		$GLOBALS['user'] = new User($this->db);
		oauthbridgeLoginFailed('GOOGLE-Login', 'email_unknown: 1 at (x)');
		$this->assertSame(array('USER_LOGIN_FAILED: OAuthBridge GOOGLE-Login - email_unknown: 1 at [x]'), Events::$written);

		$this->set('MAIN_LOGEVENTS_USER_LOGIN_FAILED', '1');
		oauthbridgeLoginFailed('GOOGLE-Login', 'email_unknown');
		$this->assertCount(1, Events::$written, 'Dolibarr writes it');
	}

	private function trigger($action, array $changed)
	{
		$object = (object) $changed;
		$actor = new User($this->db);
		$actor->id = 99;
		$triggers = new InterfaceOauthBridgeTriggers($this->db);
		return $triggers->runTrigger($action, $object, $actor, $GLOBALS['langs'], $GLOBALS['conf']);
	}

	/** @return string Why an identity is refused; empty if it is not */
	private function refusal(array $change = array())
	{
		$users = new OAuthBridgeLoginUsers($this->db, 1);
		$users->resolve($change + self::IDENTITY);
		return $users->getReason();
	}

	private function linkedUser()
	{
		$id = $this->user('ada', array('email' => 'ada@example.com'));
		(new OAuthBridgeLinks($this->db, 1))->add($id, self::IDENTITY, OAuthBridgeLinks::BY_SELF);
		return $id;
	}
}
