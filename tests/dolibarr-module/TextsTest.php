<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

use PHPUnit\Framework\TestCase;

/** The module's texts in every language. */
final class TextsTest extends TestCase
{
	const LANGUAGES = array('en_US', 'fr_FR', 'es_ES', 'de_DE', 'it_IT');

	/** Keys that code builds from a prefix and a value. */
	const FAMILIES = array(
		'OAuthBridgeStatus_' => array(
			'valid', 'expiring', 'never_expires', 'expired', 'none', 'consent_required', 'unreadable', 'duplicate', 'incomplete', 'login',
			'unrenewable', 'login_off',
		),
		'OAuthBridgeDevice_' => array('granted', 'denied', 'expired'),
		'OAuthBridgeSecurity_' => array('tls', 'starttls', 'none'),
		'OAuthBridgeRenewal_' => array('own', 'proactive', 'on_demand'),
		'OAuthBridgeStep_' => array('choose', 'application', 'connect', 'try', 'use'),
		'OAuthBridgePurpose_' => array('send', 'collect', 'both', 'login', 'api'),
		'OAuthBridgeReason_' => array(
			'incomplete', 'none', 'consent_required', 'unreadable', 'duplicate', 'unrenewable', 'login_off',
		),
		'OAuthBridgeUse_mail' => array('', '_emailing', '_ticket', '_passwordreset'),
		'OAuthBridgeUse_' => array('collector', 'login', 'nothing'),
		'OAuthBridgeScheduler_' => array('module', 'disabled', 'overdue'),
		'OAuthBridgeSeverity_' => array('error', 'warning', 'info'),
		'OAuthBridgeRoute_' => array('own', 'smtp', 'php', 'none'),
		'OAuthBridgeWay_' => array('own', 'general', 'emailing', 'ticket', 'passwordreset', 'php'),
		'OAuthBridgeField_' => array('ID', 'SECRET', 'TENANT', 'URL'),
		'OAuthBridgeHow_' => array(
			'GOOGLE_1', 'GOOGLE_2', 'GOOGLE_3', 'GOOGLE_4', 'MICROSOFT_1', 'MICROSOFT_2', 'MICROSOFT_3', 'MICROSOFT_4',
			'GENERIC_1', 'GENERIC_2', 'MICROSOFTAPP_1', 'MICROSOFTAPP_2', 'MICROSOFTAPP_3', 'MICROSOFTAPP_4',
			'GITHUB_1', 'GITHUB_2', 'GITHUB_3',
		),
		'OAuthBridgeWrong_' => array('label', 'label_login', 'secret', 'secret_id', 'tenant', 'url', 'scopes'),
		'OAuthBridgeWrong_id_' => array('google', 'microsoft', 'microsoftapp', 'github', 'generic'),
		'OAuthBridgeRevoked_' => array('not_offered', 'failed', 'not_asked'),
		'OAuthBridgeAlso_' => array('login', 'send'),
		'OAuthBridgeLinkedMail' => array('Subject', 'Text'),
		'OAuthBridgeUnlinkedMail' => array('Subject', 'Text'),
		'OAuthBridgeOrigin_' => array('email', 'self'),
		'OAuthBridgeBad_' => array('address', 'renewal', 'domains', 'tenants', 'emails', 'host', 'port', 'route', 'security'),
		'OAuthBridgeStock' => array(), // part of a class name
		'OAuthBridgeAgeIn' => array('Days', 'Hours'),
	);

	/** Prefixes whose keys may be missing: the bridge's own English words are shown then. */
	const OPTIONAL = array(
		'OAuthBridgeWarning_', 'OAuthBridgeProblem_', 'OAuthBridgeMailStep_', 'OAuthBridgeMailProblem_', 'OAuthBridgeEvent_',
		'OAuthBridgeNotice_',
	);

	/** @return array<string,array{0:string}> */
	public static function languages()
	{
		$others = array_slice(self::LANGUAGES, 1);
		return array_combine($others, array_map(static function ($language) {
			return array($language);
		}, $others));
	}

	/** @dataProvider languages */
	public function testEveryLanguageHasTheSameKeysAndParameters($language)
	{
		$texts = $this->read($language);
		foreach ($this->read('en_US') as $key => $english) {
			$this->assertArrayHasKey($key, $texts, $language);
			$this->assertSame(substr_count($english, '%s'), substr_count($texts[$key], '%s'), $language.': '.$key);
			if (preg_match('/\w{4,} \w+ \w+ \w+/', $english)) {
				$this->assertNotSame($english, $texts[$key], $language.': '.$key.' is not translated');
			}
		}
		$this->assertSame(array_keys($this->read('en_US')), array_keys($texts), $language);
	}

	/**
	 * @testWith ["Mail/MailFailureCode.cs", "OAuthBridgeMailProblem_"]
	 *           ["Grants/EventKind.cs", "OAuthBridgeEvent_"]
	 *           ["ProblemCode.cs", "OAuthBridgeProblem_"]
	 *           ["Reports/EntryWarningCode.cs", "OAuthBridgeWarning_"]
	 *           ["Notifications/Notice.cs", "OAuthBridgeNotice_"]
	 */
	public function testEveryCodeThatTheBridgeSaysHasATextInTheUsersLanguage($source, $prefix)
	{
		$code = file_get_contents(REPOSITORY.'/src/DolibarrOAuthBridge/'.$source);
		preg_match_all('/public const string \w+ = "([a-z_]+)"/', $code, $matches);
		$otherwise = $prefix === 'OAuthBridgeNotice_' ? array('grant_ended') : array(); // the module's own notice
		$codes = array_diff($matches[1], array('error', 'warning', 'info'), $otherwise);

		$this->assertGreaterThan(5, count($codes));
		$this->assertSame(array(), array_diff(array_map(static function ($one) use ($prefix) {
			return $prefix.$one;
		}, $codes), array_keys($this->read('en_US'))));
	}

	public function testEveryLanguageIsTested()
	{
		$this->assertEqualsCanonicalizing(self::LANGUAGES, array_map('basename', glob(MODULE.'/langs/*', GLOB_ONLYDIR)));
	}

	public function testEveryKeyUsedInCodeExists()
	{
		$texts = $this->read('en_US');
		$asked = array();
		$classes = array_map(static function ($file) {
			return basename($file, '.class.php');
		}, $this->files());
		foreach ($this->files() as $file) {
			preg_match_all("/'((?:OAuthBridge|OAUTHBRIDGE_|ModuleOauthBridge)\w*)'/", file_get_contents($file), $found);
			$asked += array_fill_keys($found[1], $file);
		}
		$this->assertGreaterThan(80, count($asked));
		foreach ($asked as $key => $file) {
			$isClass = class_exists($key, false) || preg_match('/^OAUTHBRIDGE_/', $key) || in_array(strtolower($key), $classes, true);
			if ($isClass || isset(self::FAMILIES[$key]) || in_array($key, self::OPTIONAL, true)) {
				continue;
			}
			$this->assertArrayHasKey($key, $texts, $file);
		}
		foreach (self::FAMILIES as $start => $members) {
			foreach ($members as $member) {
				$this->assertArrayHasKey($start.$member, $texts);
			}
		}
	}

	public function testEverySettingHasANameAndAHelp()
	{
		require_once MODULE.'/class/admin/oauthbridgesettings.class.php';
		$texts = $this->read('en_US');
		foreach (OAuthBridgeSettings::ALL as $heading => $settings) {
			$this->assertArrayHasKey($heading, $texts);
			foreach (array_keys($settings) as $name) {
				$this->assertArrayHasKey($name, $texts);
				$this->assertArrayHasKey($name.'_Help', $texts);
			}
		}
	}

	/**
	 * @param  string $language Such as en_US
	 * @return array<string,string> Texts by key, in their order
	 */
	private function read($language)
	{
		$texts = array();
		$files = glob(MODULE.'/langs/'.$language.'/*.lang');
		$this->assertSame(array_map('basename', glob(MODULE.'/langs/en_US/*.lang')), array_map('basename', $files), $language);
		foreach (
			array_merge(...array_map(static function ($file) {
				return file($file, FILE_IGNORE_NEW_LINES);
			}, $files)) as $line
		) {
			if ($line === '' || $line[0] === '#') {
				continue;
			}
			$this->assertMatchesRegularExpression('/^[A-Za-z0-9_]+=\S.*\S$/u', $line, $language);
			list($key, $text) = explode('=', $line, 2);
			$this->assertArrayNotHasKey($key, $texts, $language);
			$texts[$key] = $text;
		}
		return $texts;
	}

	/** @return string[] The module's PHP files */
	private function files()
	{
		$found = array();
		foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator(MODULE, FilesystemIterator::SKIP_DOTS)) as $file) {
			if ($file->getExtension() === 'php') {
				$found[] = $file->getPathname();
			}
		}
		return $found;
	}
}
