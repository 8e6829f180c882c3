<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';
require_once MODULE.'/class/actions_oauthbridge.class.php';
require_once MODULE.'/class/admin/oauthbridgeentryactions.class.php';
require_once MODULE.'/class/watch/oauthbridgecron.class.php';
require_once MODULE.'/class/watch/oauthbridgenoticemail.class.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/CMailFile.class.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/events.class.php';
require_once DOL_DOCUMENT_ROOT.'/comm/action/class/actioncomm.class.php';
require_once DOL_DOCUMENT_ROOT.'/user/class/user.class.php';

/** The scheduled job, and the reports of ended grants. */
final class GrantWatchTest extends ModuleTestCase
{
	use LoginTables;

	protected function setUp(): void
	{
		parent::setUp();
		Events::$written = array();
		ActionComm::$written = array();
	}

	public function testTheJobRefreshesAnExpiredToken()
	{
		$this->stage->expire(self::ENTRY);
		$job = new OAuthBridgeCron($this->db);

		$this->assertSame(0, $job->keepAlive());

		$this->assertSame(1, $this->stage->refreshes());
		$this->assertStringNotContainsString(self::ENTRY, $job->output);
	}

	public function testTheJobReportsTheEndOfAGrantOnce()
	{
		$this->stage->expire(self::ENTRY);
		$this->stage->revoke(self::ENTRY);
		$jobs = array(new OAuthBridgeCron($this->db), new OAuthBridgeCron($this->db));

		foreach ($jobs as $job) {
			$this->assertSame(0, $job->keepAlive());
			$this->assertStringContainsString(self::ENTRY.': ', $job->output);
			$this->load(1); // the next run reads the constants anew
			$this->set('OAUTHBRIDGE_ADDRESS', $this->stage->bridge());
		}

		$this->assertSame(array('OAUTHBRIDGE_ENDED: OAuthBridgeGrantEnded '.self::ENTRY.' OAuthBridgeGrantEndedHelp'), $this->reported());
	}

	public function testEachFurtherEndIsReported()
	{
		foreach (array(1, 2) as $times) {
			$this->stage->expire(self::ENTRY);
			$this->stage->revoke(self::ENTRY);
			(new OAuthBridgeCron($this->db))->keepAlive();
			$this->assertCount($times, $this->reported());
			$this->stage->issue(self::ENTRY);
			(new OAuthBridgeCron($this->db))->keepAlive();
		}
	}

	public function testSendingAMailReportsAnEndedGrant()
	{
		$this->stage->expire(self::ENTRY);
		$this->stage->revoke(self::ENTRY);
		$this->set('MAIN_MAIL_SMTPS_AUTH_TYPE', 'XOAUTH2');
		$this->set('MAIN_MAIL_SMTPS_OAUTH_SERVICE', self::ENTRY);

		foreach (array(1, 2, 3) as $times) {
			$mail = (object) array('sendmode' => 'smtps', 'sendcontext' => 'standard');
			$action = '';
			(new ActionsOauthbridge($this->db))->sendMail(array(), $mail, $action, null);
		}

		$this->assertCount(1, $this->reported());
		$this->assertSame(array(), ActionComm::$written);
	}

	public function testOnlyOneOfTwoProcessesReportsAnEnd()
	{
		$watch = new OAuthBridgeGrantWatch($this->db);

		$this->assertTrue($watch->noteEnd('GOOGLE-Mail'));
		$this->load(1);
		$GLOBALS['conf']->global->{'OAUTHBRIDGE_ENDED_GOOGLE-MAIL'} = ''; // as a process that read the constants earlier sees it
		$this->assertFalse($watch->noteEnd('Google-Mail'));
	}

	public function testTheAgendaGetsAnEventWhereItIsEnabled()
	{
		$GLOBALS['conf']->modules['agenda'] = 'agenda';
		$GLOBALS['user'] = new User($this->db);
		$GLOBALS['user']->id = 7;
		$GLOBALS['user']->admin = 1;

		(new OAuthBridgeGrantWatch($this->db))->noteEnd(self::ENTRY);

		$this->assertSame(array('AC_OAUTHBRIDGE_ENDED of user 7: OAuthBridgeGrantEnded '.self::ENTRY), ActionComm::$written);
		$this->assertCount(1, $this->reported());
	}

	public function testTheJobFailsWhereTheBridgeIsDown()
	{
		$this->set('OAUTHBRIDGE_ADDRESS', self::NOT_LISTENING);
		$job = new OAuthBridgeCron($this->db);

		$this->assertSame(-1, $job->keepAlive());
		$this->assertStringContainsString('does not answer', $job->error);
	}

	public function testTheEndIsMailedByAWayThatDoesNotUseTheGrant()
	{
		$this->set('MAIN_MAIL_SENDMODE', 'smtps');
		$this->set('MAIN_MAIL_SMTPS_AUTH_TYPE', 'XOAUTH2');
		$this->set('MAIN_MAIL_SMTPS_OAUTH_SERVICE', self::ENTRY);
		$this->set('MAIN_MAIL_SENDMODE_TICKET', 'smtps');
		$this->set('MAIN_MAIL_SMTP_SERVER_TICKET', 'tickets.example.com');
		$this->set('OAUTHBRIDGE_NOTICE_TO', 'admin@example.com');
		CMailFile::$sent = array();

		(new OAuthBridgeGrantWatch($this->db))->noteEnd(self::ENTRY, 'The grant ended.');

		$this->assertCount(1, CMailFile::$sent);
		$this->assertSame('tickets.example.com', CMailFile::$sent[0]['server']);
		$this->assertSame('LOGIN', CMailFile::$sent[0]['auth']);
		$this->assertSame('admin@example.com', CMailFile::$sent[0]['to']);
		$this->assertStringContainsString('OAuthBridgeGrantEnded '.self::ENTRY, CMailFile::$sent[0]['subject']);
		$this->assertStringContainsString('The grant ended.', CMailFile::$sent[0]['text']);
		$this->assertSame('XOAUTH2', getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'), 'put back');
	}

	public function testTheNextWayIsTakenWhereOneFails()
	{
		$this->set('OAUTHBRIDGE_NOTICE_SMTP_HOST', 'own.example.com');
		$this->set('OAUTHBRIDGE_NOTICE_TO', 'admin@example.com');
		CMailFile::$sent = array();
		CMailFile::$broken = array('smtps own.example.com');
		$mail = new OAuthBridgeNoticeMail($this->db);
		$this->assertTrue($mail->send('s', 't'));
		$this->assertSame('php', $mail->way);
		CMailFile::$broken = array();
		$this->assertTrue($mail->send('s', 't'));
		$this->assertSame(array('mail', 'smtps'), array_column(CMailFile::$sent, 'mode'));
		$this->assertSame('', getDolGlobalString('MAIN_MAIL_SMTP_SERVER_OAUTHBRIDGE'), 'only in memory, and not for long');
	}

	public function testEveryOneOfManyRecipientsGetsAMailThoughAnAddressIsRefused()
	{
		$addresses = array_map(static function ($number) {
			return 'admin'.$number.'@example.com';
		}, range(1, 10));
		$this->set('OAUTHBRIDGE_NOTICE_TO', implode(', ', $addresses));
		$this->set('OAUTHBRIDGE_NOTICE_ROUTE', 'php');
		CMailFile::$sent = array();
		CMailFile::$broken = array('admin1@example.com');
		$mail = new OAuthBridgeNoticeMail($this->db);

		try {
			$this->assertTrue($mail->send('s', 't'), $mail->error);
			$this->assertSame(array_slice($addresses, 1), array_column(CMailFile::$sent, 'to'));
			$this->assertStringContainsString('admin1@example.com: broken', implode(Log::warnings()));

			CMailFile::$broken = $addresses;
			$this->assertFalse($mail->send('s', 't'));
			$this->assertStringContainsString('admin10@example.com: broken', $mail->error);
		} finally {
			CMailFile::$broken = array();
		}
	}

	public function testAnEndThatLastsIsReportedOnceADay()
	{
		$watch = new OAuthBridgeGrantWatch($this->db);
		$this->assertTrue($watch->noteEnd(self::ENTRY));
		$this->assertFalse($watch->noteEnd(self::ENTRY));
		$old = (string) (time() - OAuthBridgeGrantWatch::AGAIN - 1);
		$name = 'OAUTHBRIDGE_ENDED_'.strtoupper(self::ENTRY);
		$this->db->query("UPDATE llx_const SET value = '".$old."' WHERE name = '".$name."'");
		$this->set($name, $old);
		$this->assertTrue($watch->noteEnd(self::ENTRY));
		$this->assertSame(array(strtoupper(self::ENTRY)), OAuthBridgeGrantWatch::listEnded());
	}

	public function testATokenThatIsStillGoodDoesNotMeanThatTheGrantLives()
	{
		$this->stage->issue(self::ENTRY);
		$watch = new OAuthBridgeGrantWatch($this->db);
		$watch->noteEnd(self::ENTRY); // as the bridge's notice says: the provider has refused, and the access token lives on

		$watch->requireToken(new OAuthBridgeClient(), self::ENTRY);
		$this->assertTrue(OAuthBridgeGrantWatch::hasEnded(self::ENTRY));
		$this->assertFalse($watch->noteEnd(self::ENTRY), 'reported once');

		(new OAuthBridgeCron($this->db))->keepAlive();
		$this->assertFalse(OAuthBridgeGrantWatch::hasEnded(self::ENTRY), 'the bridge says that it is well');
	}

	/**
	 * @testWith ["valid"]
	 *           ["expiring"]
	 *           ["never_expires"]
	 */
	public function testTheJobKeepsTheSignOfAnEndedGrantWhoseTokenLivesOn($status)
	{
		$token = array('status' => $status, 'last_error' => 'invalid_client');
		$report = array('entry' => self::ENTRY, 'service' => self::SERVICE, 'needs_person' => true, 'token' => $token);
		$answer = array('entries' => array($report), 'events' => array(), 'last' => 0, 'access_token' => 'lives-on');
		$head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
		$server = new CannedServer($head.json_encode($answer), array('key' => getDolGlobalString('OAUTHBRIDGE_API_KEY')));
		$this->set('OAUTHBRIDGE_ADDRESS', $server->address());
		$watch = new OAuthBridgeGrantWatch($this->db);
		$watch->noteEnd(self::ENTRY);

		$job = new OAuthBridgeCron($this->db);
		$this->assertSame(0, $job->keepAlive());
		$server->end();

		$this->assertTrue(OAuthBridgeGrantWatch::hasEnded(self::ENTRY));
		$this->assertStringContainsString(self::ENTRY.': invalid_client', $job->output);
	}

	public function testTheJobForgetsTheEndOfAnEntryThatIsGone()
	{
		$this->stage->expire(self::ENTRY);
		$this->stage->revoke(self::ENTRY);
		$watch = new OAuthBridgeGrantWatch($this->db);
		$watch->noteEnd('GOOGLE-Deleted');

		(new OAuthBridgeCron($this->db))->keepAlive();

		$this->assertSame(array(strtoupper(self::ENTRY)), OAuthBridgeGrantWatch::listEnded());
		$watch->forgetOthers(array(array('entry' => self::ENTRY, 'service' => self::SERVICE, 'token' => array('status' => 'none'))));
		$this->assertSame(array(), OAuthBridgeGrantWatch::listEnded(), 'revoked by the command line');
	}

	public function testTheSignGoesWithTheGrantThatAnAdministratorRevokes()
	{
		$client = new class extends OAuthBridgeClient {
			public function revoke($entry, $force = false)
			{
				return 'failed';
			}
		};
		$watch = new OAuthBridgeGrantWatch($this->db);
		$watch->noteEnd(self::ENTRY);
		$consents = new OAuthBridgeConsents($client, 7, 1, time());

		(new OAuthBridgeEntryActions($client, $consents, $watch))->run('revoke', self::ENTRY);

		$this->assertSame(array(), OAuthBridgeGrantWatch::listEnded());
	}

	public function testALookForNoticesThatIsNotAnsweredInTimeKeepsNobodyElseFromTheBridge()
	{
		$server = new CannedServer('', array('key' => getDolGlobalString('OAUTHBRIDGE_API_KEY'))); // proves itself, then says nothing
		$this->set('OAUTHBRIDGE_ADDRESS', $server->address());

		(new OAuthBridgeNotices($this->db))->lookNow();
		(new OAuthBridgeNotices($this->db))->lookNow();

		$this->assertFalse(OAuthBridgeGateway::isPaused());
		$server->end();
		$this->assertCount(1, Log::warnings(), 'one look in a minute');

		OAuthBridgeMarker::clear('notices 1');
		$this->set('OAUTHBRIDGE_ADDRESS', self::NOT_LISTENING);
		(new OAuthBridgeNotices($this->db))->lookNow();
		$this->assertTrue(OAuthBridgeGateway::isPaused(), 'it is down');
	}

	public function testANoticeOfTheBridgeIsPassedOnByOneProcess()
	{
		$this->db->query("DELETE FROM llx_const WHERE name = 'OAUTHBRIDGE_LAST_NOTICE'");
		$this->set('OAUTHBRIDGE_LAST_NOTICE', '');
		$this->db->query('DELETE FROM llx_oauthbridge_notice');
		$sql = 'INSERT INTO llx_oauthbridge_notice (rowid, at, kind, entry, entity, severity, message, advice)';
		$at = gmdate('Y-m-d H:i:s');
		$this->db->query($sql." VALUES (7, '".$at."', 'token_superseded', '".self::ENTRY."', 1, 'warning', 'Old.', 'Look.')");
		$client = new OAuthBridgeClient();

		$this->assertSame(1, (new OAuthBridgeNotices($this->db))->look($client));
		$this->assertSame(0, (new OAuthBridgeNotices($this->db))->look($client));
		$this->load(1);
		$this->set('OAUTHBRIDGE_LAST_NOTICE', ''); // as a process that read the constants earlier sees it
		$this->assertSame(0, (new OAuthBridgeNotices($this->db))->look($client));

		$this->assertSame(array('OAUTHBRIDGE_NOTICE: OAuthBridgeNotice_token_superseded '.self::ENTRY.' Look.'), $this->reported());
	}

	public function testAnAgendaEventIsAnAdministratorsWhosePageEverBringsIt()
	{
		$this->makeTables();
		try {
			$this->user('clerk');
			$admin = $this->user('boss', array('admin' => 1));
			$GLOBALS['conf']->modules['agenda'] = 'agenda';
			$GLOBALS['user'] = new User($this->db);
			$GLOBALS['user']->id = 1;

			(new OAuthBridgeGrantWatch($this->db))->noteEnd(self::ENTRY);
		} finally {
			$this->dropTables();
		}

		$this->assertSame(array('AC_OAUTHBRIDGE_ENDED of user '.$admin.': OAuthBridgeGrantEnded '.self::ENTRY), ActionComm::$written);
	}

	public function testANoticeIsInTheCompanysLanguageWhosePageEverBringsIt()
	{
		$this->set('MAIN_LANG_DEFAULT', 'de_DE');
		$GLOBALS['langs']->setDefaultLang('fr_FR');

		(new OAuthBridgeGrantWatch($this->db))->tell('impostor', '', 'Something else answers.', 'Look for it.');

		$this->assertSame(array('OAUTHBRIDGE_NOTICE: de_DE OAuthBridgeNotice_impostor Look for it.'), Events::$written);
		$this->assertSame('fr_FR', $GLOBALS['langs']->defaultlang);
	}

	public function testEveryKindArrivesOnceAsMailSecurityEventAndAgendaEvent()
	{
		$kinds = array(
			'grant_ending', 'grant_restored', 'grant_ended', 'grant_restored', 'journal_waiting', 'journal_flushed', 'store_not_writable',
			'store_writable', 'duplicate_rows', 'token_superseded', 'secret_rebound', 'impostor',
		);
		$this->fillNotices($kinds);
		$GLOBALS['conf']->modules['agenda'] = 'agenda';
		$GLOBALS['user'] = new User($this->db);
		$GLOBALS['user']->id = 7;
		$GLOBALS['user']->admin = 1;
		$this->set('OAUTHBRIDGE_NOTICE_TO', 'admin@example.com');
		CMailFile::$sent = array();

		foreach (array(1, 2) as $times) {
			(new OAuthBridgeNotices($this->db))->look(new OAuthBridgeClient());
			$this->load(1);
			$this->set('OAUTHBRIDGE_ADDRESS', $this->stage->bridge());
			$this->set('OAUTHBRIDGE_NOTICE_TO', 'admin@example.com');
		}

		$keys = array_map(static function ($kind) {
			return $kind === 'grant_ended' ? 'OAuthBridgeGrantEnded' : 'OAuthBridgeNotice_'.$kind;
		}, $kinds);
		$find = static function (array $lines) {
			return array_map(static function ($line) {
				return preg_match('/OAuthBridge(GrantEnded(?!Help)|Notice_[a-z_]+)/', $line, $found) ? $found[0] : $line;
			}, $lines);
		};
		$this->assertSame($keys, $find(array_column(CMailFile::$sent, 'subject')));
		$this->assertSame($keys, $find(Events::$written));
		$this->assertSame($keys, $find(ActionComm::$written));
		$this->assertStringContainsString('The words of token_superseded.', CMailFile::$sent[9]['text']);
		$this->assertStringContainsString('Do something.', CMailFile::$sent[9]['text']);
		$this->assertSame(array(), OAuthBridgeGrantWatch::listEnded());
	}

	public function testAPageThatFindsTheBridgeAgainTellsItOfAnImpostorWithoutAJob()
	{
		$this->db->query("DELETE FROM llx_oauthbridge_event WHERE kind = 'impostor'");
		OAuthBridgeMarker::set(OAuthBridgeAlarm::UNTOLD_IMPOSTOR, 3600);

		(new OAuthBridgeNotices($this->db))->lookNow();

		$this->assertFalse(OAuthBridgeMarker::isSet(OAuthBridgeAlarm::UNTOLD_IMPOSTOR));
		$result = $this->db->query("SELECT COUNT(*) as number FROM llx_oauthbridge_event WHERE kind = 'impostor'");
		$this->assertSame(1, (int) $this->db->fetch_object($result)->number);
		$this->db->query("DELETE FROM llx_oauthbridge_event WHERE kind = 'impostor'");
	}

	/** @param string[] $kinds What the bridge has said, from number 1 on */
	private function fillNotices(array $kinds)
	{
		$this->db->query("DELETE FROM llx_const WHERE name = 'OAUTHBRIDGE_LAST_NOTICE'");
		$this->set('OAUTHBRIDGE_LAST_NOTICE', '');
		$this->db->query('DELETE FROM llx_oauthbridge_notice');
		$sql = 'INSERT INTO llx_oauthbridge_notice (rowid, at, kind, entry, entity, severity, message, advice)';
		foreach ($kinds as $index => $kind) {
			$values = array($index + 1, "'".gmdate('Y-m-d H:i:s')."'", "'".$kind."'", "'".self::ENTRY."'", 1, "'warning'");
			$this->db->query($sql.' VALUES ('.implode(', ', $values).", 'The words of ".$kind.".', 'Do something.')");
		}
	}

	/** @return string[] The security events about the entry */
	private function reported()
	{
		return array_values(array_filter(Events::$written, static function ($line) {
			return strpos($line, self::ENTRY) !== false;
		}));
	}
}
