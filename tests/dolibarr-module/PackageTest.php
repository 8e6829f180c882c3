<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

use PHPUnit\Framework\TestCase;

/** The module's files as they are shipped. */
final class PackageTest extends TestCase
{
	/** Functions and syntax that PHP 7.4 does not have. */
	const NEWER = '/\b(str_contains|str_starts_with|str_ends_with|get_debug_type|array_is_list|fdiv|enum_exists|mb_str_pad|json_validate'
		.'|array_find|array_any|array_all)\s*\(|\?->|\bmatch\s*\(|\breadonly\b/';

	/** Tokens that are text, not code. */
	const TEXT = array(T_COMMENT, T_DOC_COMMENT, T_CONSTANT_ENCAPSED_STRING, T_INLINE_HTML, T_ENCAPSED_AND_WHITESPACE);

	/** Syntax that PHP 7.4 does not have: regular expression by what it is. */
	const NEWER_SYNTAX = array(
		'promotes a constructor parameter' => '/function[^{;]*\(\s*[^)]*\b(public|private|protected)\s+\$/',
		'catches without a variable' => '/catch\s*\(\s*[\w\\\\|]+\s*\)/',
		'has a comma after the last parameter' => '/function\s*\w*\s*\([^()]*(\([^()]*\)[^()]*)*,\s*\)/',
		'has an attribute and code on one line, which PHP 7.4 takes for a comment' => '/#\[.+\].*\$/',
	);

	/** The folders of class/ that each folder may use besides itself; the files at the top of class/ may be used by all. */
	const LAYERS = array(
		'client' => array(),
		'http' => array('client'),
		'watch' => array('client'),
		'login' => array('client'),
		'admin' => array('client', 'watch'),
	);

	/** The longest line, in characters with tabs of four. */
	const MAX_LINE = 140;

	public function testTheTablesEqualThoseOfTheSidecar()
	{
		$files = glob(REPOSITORY.'/sql/tables/*.sql');
		$this->assertGreaterThan(2, count($files));
		foreach ($files as $file) {
			$this->assertFileEquals($file, MODULE.'/sql/'.basename($file), 'Copy sql/tables/*.sql to dolibarr-module/oauthbridge/sql.');
			$postgresql = MODULE.'/sql/pgsql/'.basename($file);
			$original = dirname(dirname($file)).'/pgsql/tables/'.basename($file);
			$this->assertFileEquals($original, $postgresql, 'Copy sql/pgsql/tables/*.sql too.');
		}
	}

	public function testTheGuideToRemovalNamesEveryTableThatTheModuleMakesAndWhatItKeepsWithUsers()
	{
		$guide = file_get_contents(REPOSITORY.'/docs/upgrade-and-removal.md');
		preg_match('/DROP TABLE IF EXISTS ([\w,\s]+);/', $guide, $dropped);
		$tables = array_map(static function ($file) {
			return basename($file, '.sql');
		}, array_filter(glob(MODULE.'/sql/*.sql'), static function ($file) {
			return substr($file, -8) !== '.key.sql';
		}));

		$this->assertEqualsCanonicalizing($tables, preg_split('/[\s,]+/', $dropped[1]));
		require_once MODULE.'/class/login/oauthbridgeownaddresses.class.php';
		$this->assertStringContainsString("param = '".OAuthBridgeOwnAddresses::OLD_NAME."'", $guide);
	}

	public function testTheVersionEqualsThatOfTheSidecar()
	{
		preg_match('~<Version>([^<]+)</Version>~', file_get_contents(REPOSITORY.'/Directory.Build.props'), $parts);

		$descriptor = file_get_contents(MODULE.'/core/modules/modOauthBridge.class.php');
		$this->assertStringContainsString("\$this->version = '".$parts[1]."';", $descriptor);
		$this->assertStringContainsString('## '.$parts[1], file_get_contents(MODULE.'/ChangeLog.md'));
	}

	public function testNothingNewerThanPhp74IsUsed()
	{
		foreach ($this->files('php') as $file) {
			$code = '';
			foreach (token_get_all(file_get_contents($file)) as $token) {
				$isText = is_array($token) && in_array($token[0], self::TEXT, true);
				$code .= $isText ? ' ' : (is_array($token) ? $token[1] : $token);
			}
			$this->assertDoesNotMatchRegularExpression(self::NEWER, $code, $file);
			foreach (self::NEWER_SYNTAX as $what => $pattern) {
				$this->assertDoesNotMatchRegularExpression($pattern, $code, $file.' '.$what);
			}
		}
	}

	public function testNoFilePrintsOutsideOfPhp()
	{
		foreach ($this->files('php') as $file) {
			$this->assertStringStartsWith("<?php\n", file_get_contents($file), $file);
			$this->assertStringNotContainsString('?>', preg_replace('~^//.*$|/\*.*?\*/~ms', '', file_get_contents($file)), $file);
		}
	}

	public function testEverySourceFileNamesItsLicenceAndHasNoLongLine()
	{
		foreach (array_merge($this->files('php'), $this->files('css'), $this->files('js')) as $file) {
			$lines = file($file, FILE_IGNORE_NEW_LINES);
			$this->assertStringContainsString('SPDX-License-Identifier: GPL-3.0-or-later', implode("\n", array_slice($lines, 0, 5)), $file);
			foreach ($lines as $number => $line) {
				$length = mb_strlen(str_replace("\t", '    ', $line));
				$this->assertLessThanOrEqual(self::MAX_LINE, $length, $file.', line '.($number + 1));
			}
		}
	}

	public function testAFolderOfClassesUsesOnlyTheFoldersBelowIt()
	{
		$folders = array_map('basename', glob(MODULE.'/class/*', GLOB_ONLYDIR));
		$this->assertEqualsCanonicalizing(array_keys(self::LAYERS), $folders);
		foreach ($folders as $folder) {
			$code = '';
			foreach (glob(MODULE.'/class/'.$folder.'/*.php') as $file) {
				$code .= php_strip_whitespace($file);
			}
			foreach (array_diff($folders, array($folder), self::LAYERS[$folder]) as $other) {
				foreach (glob(MODULE.'/class/'.$other.'/*.class.php') as $file) {
					$class = basename($file, '.class.php');
					$this->assertDoesNotMatchRegularExpression('/\b'.$class.'\b/i', $code, 'class/'.$folder.' uses class/'.$other);
				}
			}
		}
	}

	/** @return string[] The module's files with an extension */
	private function files($extension)
	{
		$found = array();
		foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator(MODULE, FilesystemIterator::SKIP_DOTS)) as $file) {
			if ($file->getExtension() === $extension) {
				$found[] = $file->getPathname();
			}
		}
		$this->assertNotEmpty($found);
		return $found;
	}
}
