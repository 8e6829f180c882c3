<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';
require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
require_once MODULE.'/class/admin/oauthbridgeassistantpage.class.php';

/** What the assistant puts back, and what it leaves alone. */
final class AssistantUndoTest extends ModuleTestCase
{
	const SERVER = array('host' => 'smtp.example.com', 'port' => 587, 'security' => 'starttls', 'username' => 'me@example.com');

	/** @var OAuthBridgeCollectors */
	private $collectors;

	/** @var OAuthBridgeMailSettings */
	private $mail;

	protected function setUp(): void
	{
		parent::setUp();
		$this->clean();
		$GLOBALS['user'] = (object) array('admin' => 1);
		$GLOBALS['conf']->modules['emailcollector'] = 'emailcollector';
		$this->collectors = new OAuthBridgeCollectors($this->db, 1);
		$this->mail = new OAuthBridgeMailSettings($this->db, 1);
		$sql = 'CREATE OR REPLACE TABLE llx_emailcollector_emailcollector (rowid integer AUTO_INCREMENT PRIMARY KEY, entity integer,';
		$sql .= ' ref varchar(128), label varchar(255), host varchar(255), port varchar(10), imap_encryption varchar(16),';
		$sql .= ' acces_type integer DEFAULT 0, oauth_service varchar(128), login varchar(128), source_directory varchar(255),';
		$this->db->query($sql.' maxemailpercollect integer, status integer) ENGINE=InnoDB');
		foreach (array('filter', 'action') as $kind) {
			$sql = 'CREATE OR REPLACE TABLE llx_emailcollector_emailcollector'.$kind;
			$this->db->query($sql.' (rowid integer AUTO_INCREMENT PRIMARY KEY, fk_emailcollector integer) ENGINE=InnoDB');
		}
	}

	protected function tearDown(): void
	{
		$this->clean();
		foreach (array('', 'filter', 'action') as $kind) {
			$this->db->query('DROP TABLE IF EXISTS llx_emailcollector_emailcollector'.$kind);
		}
	}

	public function testTheUndoShowsWhatItWritesAndLeavesMailSettingsThatWereChangedSince()
	{
		$this->set('MAIN_MAIL_SMTP_SERVER', 'january.example.com');
		$this->set('MAIN_MAIL_SMTP_PORT', '25');
		$this->assertTrue($this->changeMail(array()));
		dolibarr_set_const($this->db, 'MAIN_MAIL_SMTP_SERVER', 'march.example.com');

		$html = $this->page('send')->renderUse(array(), 0);
		$this->assertStringContainsString('<td>MAIN_MAIL_SMTP_PORT</td><td>587</td><td>25</td>', $html);
		$this->assertStringNotContainsString('january.example.com', $html);
		$this->assertStringContainsString('OAuthBridgeUndoLeaves MAIN_MAIL_SMTP_SERVER', $html);
		$this->assertTrue($this->mail->undo());

		$this->assertSame('march.example.com', getDolGlobalString('MAIN_MAIL_SMTP_SERVER'));
		$this->assertSame('25', getDolGlobalString('MAIN_MAIL_SMTP_PORT'));
		$this->assertStringNotContainsString('value="undomail"', $this->page('send')->renderUse(array(), 0));
	}

	public function testASecondChangeKeepsWhatWasBeforeTheFirst()
	{
		$this->set('MAIN_MAIL_SMTP_SERVER', 'old.example.com');
		$this->set('MAIN_MAIL_SMTP_PORT', '25');
		$this->changeMail(array());
		$this->changeMail(array('port' => 465));
		$this->changeMail(array('port' => 465)); // nothing changes

		$this->mail->undo();

		$this->assertSame('old.example.com', getDolGlobalString('MAIN_MAIL_SMTP_SERVER'));
		$this->assertSame('25', getDolGlobalString('MAIN_MAIL_SMTP_PORT'));
		$this->assertSame('', getDolGlobalString('MAIN_MAIL_SMTPS_AUTH_TYPE'));
	}

	public function testASettingThatIsZeroCountsAsNotSet()
	{
		$this->set('MAIN_MAIL_EMAIL_TLS', '1');
		$this->changeMail(array());
		$this->set('MAIN_MAIL_EMAIL_TLS', ''); // as releases of Dolibarr give 0

		$this->assertTrue($this->mail->undo());
		$this->assertSame('1', getDolGlobalString('MAIN_MAIL_EMAIL_TLS'));
	}

	public function testANewCollectorIsDeletedByTheUndoWhileNobodyHasSetItUp()
	{
		$id = $this->make();
		$html = $this->page('collect')->renderUse(array(), $id);
		$this->assertStringContainsString('OAuthBridgeCollectorUndoDeletes MICROSOFT-Sales', $html);
		$this->assertStringContainsString('value="undocollector"', $html);

		$this->assertTrue($this->collectors->undo());

		$this->assertSame(array(), $this->collectors->list());
		$this->assertSame('', getDolGlobalString(OAuthBridgeCollectors::LIBRARY));
	}

	/**
	 * @testWith ["UPDATE llx_emailcollector_emailcollector SET status = 1 WHERE rowid = "]
	 *           ["INSERT INTO llx_emailcollector_emailcollectorfilter (fk_emailcollector) SELECT "]
	 *           ["INSERT INTO llx_emailcollector_emailcollectoraction (fk_emailcollector) SELECT "]
	 */
	public function testANewCollectorThatIsInUseIsNotDeleted($use)
	{
		$id = $this->make();
		$this->db->query($use.$id);

		$html = $this->page('collect')->renderUse(array(), $id);
		$this->assertStringContainsString('OAuthBridgeCollectorInUse MICROSOFT-Sales', $html);
		$this->assertStringNotContainsString('value="undocollector"', $html);
		$this->assertFalse($this->collectors->undo());

		$this->assertArrayHasKey($id, $this->collectors->list());
		$this->assertSame('1', getDolGlobalString(OAuthBridgeCollectors::LIBRARY));
	}

	public function testACollectorGetsBackWhatNobodyChangedSince()
	{
		$old = new EmailCollector($this->db);
		$old->ref = 'Old';
		$old->host = 'old.example.com';
		$old->port = '143';
		$old->login = 'old';
		$id = $old->create(null) > 0 ? $old->id : 0;
		$this->changeCollector($id, array());
		$this->changeCollector($id, array('port' => 993));
		$this->db->query("UPDATE llx_emailcollector_emailcollector SET login = 'newer', status = 1 WHERE rowid = ".$id);

		$html = $this->page('collect')->renderUse(array(), $id);
		$this->assertStringContainsString('<td>port</td><td>993</td><td>143</td>', $html);
		$this->assertStringContainsString('OAuthBridgeUndoLeaves login', $html);
		$this->assertTrue($this->collectors->undo());

		$old->fetch($id);
		$this->assertSame(array('old.example.com', '143', 'newer'), array($old->host, $old->port, $old->login));
		$this->assertNull($this->collectors->findUndo(), 'once');
	}

	public function testTheLibraryStaysOnForAnotherCollectorWithAToken()
	{
		$id = $this->make();
		$this->db->query('INSERT INTO llx_emailcollector_emailcollector (entity, ref, acces_type) VALUES (1, "Other", 1)');

		$this->assertTrue($this->collectors->undo());

		$this->assertArrayNotHasKey($id, $this->collectors->list());
		$this->assertSame('1', getDolGlobalString(OAuthBridgeCollectors::LIBRARY));
	}

	/** @return bool Whether it worked */
	private function changeMail(array $server)
	{
		return $this->mail->change(OAuthBridgeMailSettings::findChanges('MICROSOFT-Sales', $server + self::SERVER));
	}

	/** @return int Id of the collector */
	private function changeCollector($id, array $server)
	{
		$changes = $this->collectors->findChanges($id, 'MICROSOFT-Sales', $server + self::SERVER);
		return $this->collectors->change($id, 'MICROSOFT-Sales', $changes);
	}

	/** @return int Id of a new collector */
	private function make()
	{
		return $this->changeCollector(0, array());
	}

	/** @return OAuthBridgeAssistantPage */
	private function page($purpose)
	{
		$state = array('purpose' => $purpose, 'entry' => 'MICROSOFT-Sales') + OAuthBridgeAssistant::state();
		return new OAuthBridgeAssistantPage($state, new OAuthBridgeMailServers($this->db), $this->collectors);
	}

	/** Removes what the assistant writes. */
	private function clean()
	{
		$sql = "DELETE FROM llx_const WHERE name LIKE 'MAIN\\_MAIL\\_SM%' OR name LIKE 'MAIN\\_MAIL\\_EMAIL\\_%'";
		$this->db->query($sql." OR name LIKE 'OAUTHBRIDGE\\_UNDO\\_%' OR name IN ('MAIN_MAIL_SENDMODE', 'MAIN_IMAP_USE_PHPIMAP')");
		foreach (array_keys(get_object_vars($GLOBALS['conf']->global)) as $name) {
			if (preg_match('/^(MAIN_MAIL_|OAUTHBRIDGE_UNDO_|MAIN_IMAP_)/', $name)) {
				unset($GLOBALS['conf']->global->$name);
			}
		}
	}
}
