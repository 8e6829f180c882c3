<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

require_once __DIR__.'/doubles/login.php';
require_once DOL_DOCUMENT_ROOT.'/core/lib/admin.lib.php';
require_once MODULE.'/core/modules/modOauthBridge.class.php';

/** Enabling and disabling, on a real database. */
final class InstallationTest extends ModuleTestCase
{
	/** Not entity 1, whose API key the sidecar uses. */
	const ENTITY = 2;

	protected function setUp(): void
	{
		parent::setUp();
		$this->db->query('DELETE FROM llx_const WHERE entity = '.self::ENTITY);
		$this->load(self::ENTITY);
	}

	protected function tearDown(): void
	{
		unset($GLOBALS['dolibarr_version']);
	}

	public function testDisablingRemovesExactlyWhatEnablingAdded()
	{
		$before = $this->constants();

		$this->enable();

		$added = array_diff_key($this->constants(), $before);
		$this->assertSame(
			array(
				'LOCAL_CONSTS_FILES', 'MAIN_MODULE_OAUTHBRIDGE', 'MAIN_MODULE_OAUTHBRIDGE_HOOKS', 'MAIN_MODULE_OAUTHBRIDGE_LOGIN',
				'MAIN_MODULE_OAUTHBRIDGE_TABS_0', 'MAIN_MODULE_OAUTHBRIDGE_TABS_1', 'MAIN_MODULE_OAUTHBRIDGE_TRIGGERS',
				'OAUTHBRIDGE_API_KEY',
			),
			array_map(static function ($name) {
				return substr($name, 0, -strlen(' of '.self::ENTITY));
			}, array_keys($added))
		);
		$this->assertMatchesRegularExpression('/^[0-9a-f]{64}$/', dolDecrypt($added['OAUTHBRIDGE_API_KEY of 2']));
		$this->assertStringStartsWith('dolcrypt:', $added['OAUTHBRIDGE_API_KEY of 2']);

		(new OAuthBridgeGrantWatch($this->db))->noteEnd('GOOGLE-Mail');
		$this->disable();
		$this->assertSame($before, $this->constants());
		$this->assertCount(2, $_SESSION['dol_events']);
		$this->assertStringStartsWith('OAuthBridgeDisabled', $_SESSION['dol_events'][1], 'a message says what is kept');
	}

	public function testTheSidecarAcceptsTheKeyThatEnablingGenerated()
	{
		$this->enable();
		$this->set('OAUTHBRIDGE_ADDRESS', $this->stage->bridge());

		$this->assertTrue((new OAuthBridgeClient())->getHealth()['authorized']);
	}

	public function testEnablingAndDisablingAreRepeatable()
	{
		$before = $this->constants();
		$this->enable();
		$enabled = $this->constants();
		$this->enable();
		$this->assertSame($enabled, $this->constants());

		$this->disable();
		$this->disable();
		$this->assertSame($before, $this->constants());
	}

	public function testAKeyMadeByHandIsUsedAndKept()
	{
		$note = 'Shared by the module oauthbridge and its sidecar';
		dolibarr_set_const($this->db, 'OAUTHBRIDGE_API_KEY', 'made-by-hand', 'chaine', 0, $note, self::ENTITY);
		$before = $this->constants();

		$this->enable();
		$this->assertSame('made-by-hand', getDolGlobalString('OAUTHBRIDGE_API_KEY'));
		$this->disable();

		$this->assertSame($before, $this->constants());
	}

	public function testLocalConstsFilesKeepsOtherNames()
	{
		$cases = array(
			array(self::ENTITY, 'mine', 'mine:oauthbridge'),
			array(self::ENTITY, 'mine:oauthbridge:yours', 'mine:oauthbridge:yours'),
			array(self::ENTITY, 'oauthbridge2', 'oauthbridge2:oauthbridge'),
			array(0, 'shared', 'shared:oauthbridge'),
		);
		foreach ($cases as list($entity, $value, $expected)) {
			dolibarr_set_const($this->db, 'LOCAL_CONSTS_FILES', $value, 'chaine', 1, 'by hand', $entity);
			$this->load(self::ENTITY);
			$before = $this->constants();

			$this->enable();
			$this->assertSame($expected, $this->constants()['LOCAL_CONSTS_FILES of '.self::ENTITY]);
			$this->assertSame($entity === 0 ? $value : null, $this->constants()['LOCAL_CONSTS_FILES of 0'] ?? null);
			$this->disable();

			if ($value !== $expected) {
				$this->assertSame($before, $this->constants());
			}
			$result = $this->db->query("SELECT note, visible FROM llx_const WHERE name = 'LOCAL_CONSTS_FILES' AND entity = ".$entity);
			$this->assertSame(array('note' => 'by hand', 'visible' => '1'), (array) $this->db->fetch_object($result));
			dolibarr_del_const($this->db, 'LOCAL_CONSTS_FILES', $entity);
		}
	}

	public function testNamesAddedMeanwhileAreKept()
	{
		$this->enable();
		dolibarr_set_const($this->db, 'LOCAL_CONSTS_FILES', 'before:oauthbridge:after', 'chaine', 0, '', self::ENTITY);

		$this->disable();

		$this->assertSame('before:after', $this->constants()['LOCAL_CONSTS_FILES of 2']);
		dolibarr_del_const($this->db, 'LOCAL_CONSTS_FILES', self::ENTITY);
	}

	public function testOneEntityDoesNotTouchAnother()
	{
		$this->enable();
		$second = $this->constants();
		$this->load(3);

		$this->enable();
		$this->disable();

		$this->assertSame($second, $this->constants());
		$this->load(self::ENTITY);
		$this->disable();
	}

	public function testAnUnsupportedDolibarrPhpOrDatabaseIsRefusedWithAMessage()
	{
		$before = $this->constants();
		$module = new modOauthBridge($this->db);

		$GLOBALS['dolibarr_version'] = '16.0.3';
		$this->assertSame(-1, $module->init());
		$this->assertStringStartsWith('OAuthBridgeNeedsDolibarr 17', $module->error);
		unset($GLOBALS['dolibarr_version']);

		$module->phpmin = array(99, 0);
		$this->assertSame(-1, $module->init());
		$this->assertSame('OAuthBridgeNeedsPhp 99.0 '.PHP_VERSION, $module->error);
		$module->phpmin = array(7, 4);

		$this->db->type = 'sqlite3';
		$this->assertSame(-1, $module->init());
		$this->assertSame('OAuthBridgeNeedsDatabase sqlite3', $module->error);

		$this->assertSame($before, $this->constants());
	}

	public function testEnablingSaysWhereToGoOn()
	{
		$this->enable();

		$this->assertStringContainsString('href="/dolibarr/custom/oauthbridge/admin/connect.php"', $_SESSION['dol_events'][0]);
		$this->disable();
	}

	public function testDisablingWarnsWhereConfPhpStillNamesTheModule()
	{
		foreach (array('dolibarr' => 0, 'dolibarr, oauthbridge' => 1) as $modes => $expected) {
			$this->enable();
			$_SESSION = array();
			$GLOBALS['conf']->file->main_authentication = $modes;
			$this->disable();

			$this->assertCount($expected, preg_grep('/^OAuthBridgeDisabledButInConf/', $_SESSION['dol_events']), $modes);
		}
	}

	private function enable()
	{
		$module = new modOauthBridge($this->db);
		$this->assertSame(1, $module->init(), $module->error);
	}

	private function disable()
	{
		$module = new modOauthBridge($this->db);
		$this->assertSame(1, $module->remove(), $module->error);
	}
}
