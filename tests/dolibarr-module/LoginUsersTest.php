<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/events.class.php';
require_once DOL_DOCUMENT_ROOT.'/user/class/user.class.php';
require_once MODULE.'/core/login/functions_oauthbridge.php';

/** Which user of Dolibarr an identity belongs to. */
final class LoginUsersTest extends ModuleTestCase
{
	use LoginTables;

	const ISSUER = 'https://login.example.com';

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

	public function testAVerifiedAddressLinksTheOnlyUserWhoHasIt()
	{
		$id = $this->user('ada', array('email' => 'Ada@Example.com'));

		$this->assertSame('ada', $this->resolve()->login);
		$this->assertSame($id, (new OAuthBridgeLinks($this->db, 1))->findUser(self::ISSUER, '1001'));
	}

	public function testTheOAuthAddressOfAUserIsCompared()
	{
		$this->user('ada', array('email' => 'work@example.com', 'email_oauth2' => 'ada@example.com'));

		$this->assertSame('ada', $this->resolve()->login);
	}

	public function testALinkedAccountKeepsItsUserWhenItsAddressChanges()
	{
		$id = $this->user('ada', array('email' => 'ada@example.com'));
		$this->user('root', array('email' => 'root@example.com', 'admin' => 1));
		(new OAuthBridgeLinks($this->db, 1))->add($id, $this->identity(), OAuthBridgeLinks::BY_SELF);

		$this->assertSame('ada', $this->resolve(array('email' => 'root@example.com'))->login);
	}

	/**
	 * @dataProvider unverified
	 */
	public function testOnlyTheBooleanTrueMeansVerified($value)
	{
		$this->user('ada', array('email' => 'ada@example.com'));

		$this->assertRefused('email_not_verified', array('email_verified' => $value));
	}

	public static function unverified()
	{
		return array(array(false), array('true'), array(1), array(null), array(array(true)));
	}

	public function testWithoutTheSettingNobodyIsFoundByAddress()
	{
		$this->user('ada', array('email' => 'ada@example.com'));
		$this->set('OAUTHBRIDGE_LOGIN_LINK_BY_EMAIL', '0');

		$this->assertRefused('not_linked');
	}

	public function testAnAddressOfTwoUsersFindsNobody()
	{
		$this->user('ada', array('email' => 'ada@example.com'));
		$this->user('other', array('email_oauth2' => 'ADA@example.com'));

		$this->assertRefused('email_ambiguous');
	}

	public function testAccentsAndTrailingSpacesMakeADifferentAddress()
	{
		$this->user('accents', array('email' => 'adá@example.com'));
		$this->user('spaces', array('email' => 'ada@example.com  '));
		$this->assertRefused('email_unknown');

		$this->user('ada', array('email' => 'ada@example.com'));
		$this->assertSame('ada', $this->resolve()->login);
	}

	public function testAnAdministratorIsNotFoundByAddress()
	{
		$this->user('root', array('email' => 'ada@example.com', 'admin' => 1));

		$this->assertRefused('admin_not_linked');
	}

	public function testAReassignedAddressDoesNotOpenItsPreviousOwnersAccount()
	{
		$this->user('ada', array('email' => 'ada@example.com'));
		$this->resolve();

		$this->assertRefused('other_account_linked', array('subject' => '2002'));
	}

	/**
	 * @dataProvider excludedUsers
	 */
	public function testAUserWhoMayNotLogInIsRefused($columns, $reason)
	{
		$id = $this->user('ada', array('email' => 'ada@example.com') + $columns);
		(new OAuthBridgeLinks($this->db, 1))->add($id, $this->identity(), OAuthBridgeLinks::BY_SELF);

		$this->assertRefused($reason);
	}

	public static function excludedUsers()
	{
		return array(
			'disabled' => array(array('statut' => 0), 'user_disabled'),
			'not yet' => array(array('datestartvalidity' => date('Y-m-d 00:00:00', time() + 2 * 86400)), 'user_out_of_dates'),
			'no longer' => array(array('dateendvalidity' => date('Y-m-d 00:00:00', time() - 2 * 86400)), 'user_out_of_dates'),
			'another entity' => array(array('entity' => 2), 'user_unknown'),
		);
	}

	public function testAUserOfAllEntitiesMayLogIn()
	{
		$this->user('ada', array('email' => 'ada@example.com', 'entity' => 0));

		$this->assertSame('ada', $this->resolve()->login);
	}

	public function testValidityDatesAreInclusive()
	{
		$today = date('Y-m-d 00:00:00');
		$this->user('ada', array('email' => 'ada@example.com', 'datestartvalidity' => $today, 'dateendvalidity' => $today));

		$this->assertSame('ada', $this->resolve()->login);
	}

	public function testAnAccountIsLinkedOnceAndComparedByteByByte()
	{
		$links = new OAuthBridgeLinks($this->db, 1);
		$ada = $this->user('ada');
		$other = $this->user('other');

		$this->assertTrue($links->add($ada, $this->identity(array('subject' => 'AbC')), OAuthBridgeLinks::BY_SELF));
		$this->assertFalse($links->add($other, $this->identity(array('subject' => 'AbC')), OAuthBridgeLinks::BY_SELF));
		$this->assertFalse($links->add($other, $this->identity(array('subject' => 'AbC ')), OAuthBridgeLinks::BY_SELF));
		$this->assertTrue($links->add($other, $this->identity(array('subject' => 'abc')), OAuthBridgeLinks::BY_SELF));
		$this->assertSame($ada, $links->findUser(self::ISSUER, 'AbC'));
		$this->assertSame(0, $links->findUser(self::ISSUER, 'AbC '));
		$this->assertSame(0, $links->findUser(self::ISSUER.'/', 'AbC'));
		$this->assertSame(0, (new OAuthBridgeLinks($this->db, 2))->findUser(self::ISSUER, 'AbC'));
	}

	public function testDeletingAUserDeletesTheLinks()
	{
		$links = new OAuthBridgeLinks($this->db, 1);
		$ada = $this->user('ada');
		$links->add($ada, $this->identity(), OAuthBridgeLinks::BY_SELF);
		$link = $links->listOf($ada)[0];

		$this->assertFalse($links->remove($link->rowid, $ada + 1));
		$this->assertSame('ada@example.com', $link->account);
		$this->db->query('DELETE FROM llx_user');
		$this->assertSame(0, $links->findUser(self::ISSUER, '1001'));
	}

	/**
	 * @dataProvider otherTypes
	 */
	public function testAnIdentityWithOtherTypesFindsNobody($change)
	{
		$this->user('ada', array('email' => 'ada@example.com'));

		$this->assertNull($this->resolve($change));
	}

	public static function otherTypes()
	{
		return array(
			array(array('subject' => 0)),
			array(array('subject' => true)),
			array(array('subject' => array('1001'))),
			array(array('issuer' => null)),
			array(array('email' => array('ada@example.com'))),
			array(array('email' => 0)),
		);
	}

	public function testATicketDoesNotLogInAnotherUserWithTheSameLogin()
	{
		$this->user('ada', array('entity' => 0, 'admin' => 1));
		$id = $this->user('ada');
		$_SESSION = $_POST = array();
		$ticket = (new OAuthBridgeSignIn(null, dol_now()))->issueTicket((object) array('rowid' => $id, 'login' => 'ada'), 1, array());
		$_GET = array('afteroauthloginreturn' => 'oauthbridge', 'oauthbridge_ticket' => $ticket);
		$GLOBALS['db'] = $this->db;
		$GLOBALS['langs'] = new Translate();
		$GLOBALS['conf']->file->main_authentication = 'oauthbridge';
		$GLOBALS['conf']->modules['oauthbridge'] = 'oauthbridge';

		$GLOBALS['user'] = new User($this->db);
		Events::$written = array();

		$this->assertSame('', check_user_password_oauthbridge('', '', 1));
		$this->assertStringContainsString('also that of another user', implode(Events::$written));
		$this->assertStringContainsString('OAuthBridgeLoginRefused', $_SESSION['dol_loginmesg']);
	}

	public function testWhoIsRefusedWithATicketReachesTheSecurityEvents()
	{
		$GLOBALS['user'] = new User($this->db);
		$GLOBALS['conf']->file->main_authentication = 'oauthbridge';
		$id = $this->user('ada', array('statut' => 0));
		Events::$written = array();

		foreach (array('ada', 'another') as $login) {
			$record = array('entry' => 'GOOGLE-Login');
			$user = (object) array('rowid' => $id, 'login' => $login);
			$ticket = (new OAuthBridgeSignIn(null, dol_now()))->issueTicket($user, 1, $record);
			$_GET = array('afteroauthloginreturn' => 'oauthbridge', 'oauthbridge_ticket' => $ticket);
			$this->assertSame('', check_user_password_oauthbridge('', '', 1));
			$this->db->query('UPDATE llx_user SET statut = 1');
		}
		$this->assertSame('', check_user_password_oauthbridge('', '', 1), 'the ticket is used: no event, which strangers could fill');
		$_GET = array();

		$this->assertSame(array(
			'USER_LOGIN_FAILED: OAuthBridge GOOGLE-Login - user_disabled',
			'USER_LOGIN_FAILED: OAuthBridge GOOGLE-Login - the login of user '.$id.' has changed',
		), Events::$written);
	}

	/**
	 * @dataProvider sessions
	 */
	public function testASessionIsValidAsLongAsDolibarrAcceptsIt($columns, $expected)
	{
		$GLOBALS['db'] = $this->db;
		$_SESSION = array('dol_logindate' => time() - 3600);
		$id = $this->user('ada', $columns);

		$this->assertSame($expected, oauthbridgeSessionIsGood($id));
	}

	public static function sessions()
	{
		return array(
			'accepted' => array(array(), true),
			'ended before it began' => array(array('flagdelsessionsbefore' => date('Y-m-d H:i:s', time() - 3 * 86400)), true),
			'ended since' => array(array('flagdelsessionsbefore' => date('Y-m-d H:i:s', time() + 3 * 86400)), false),
			'disabled since' => array(array('statut' => 0), false),
		);
	}

	private function identity(array $change = array())
	{
		return $change + array(
			'issuer' => self::ISSUER,
			'subject' => '1001',
			'email' => 'ada@example.com',
			'email_verified' => true,
			'name' => 'Ada Lovelace',
		);
	}

	private function resolve(array $change = array())
	{
		return (new OAuthBridgeLoginUsers($this->db, 1))->resolve($this->identity($change));
	}

	private function assertRefused($reason, array $change = array())
	{
		$users = new OAuthBridgeLoginUsers($this->db, 1);
		$this->assertNull($users->resolve($this->identity($change)));
		$this->assertSame($reason, $users->getReason());
	}
}
