<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';
require_once MODULE.'/class/actions_oauthbridge.class.php';
require_once MODULE.'/class/watch/oauthbridgecron.class.php';
require_once MODULE.'/class/watch/oauthbridgenoticemail.class.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/CMailFile.class.php';
require_once DOL_DOCUMENT_ROOT.'/core/class/events.class.php';
require_once DOL_DOCUMENT_ROOT.'/comm/action/class/actioncomm.class.php';
require_once DOL_DOCUMENT_ROOT.'/user/class/user.class.php';

/** The scheduled job, and the reports of ended grants. */
final class GrantWatchTest extends ModuleTestCase
{
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

	/** @return string[] The security events about the entry */
	private function reported()
	{
		return array_values(array_filter(Events::$written, static function ($line) {
			return strpos($line, self::ENTRY) !== false;
		}));
	}
}
