<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

use PHPUnit\Framework\TestCase;

/** The module's files as they are shipped. */
final class PackageTest extends TestCase
{
	/** Functions and syntax that PHP 7.4 does not have. */
	const NEWER = '/\b(str_contains|str_starts_with|str_ends_with|get_debug_type|array_is_list|fdiv|enum_exists|mb_str_pad|json_validate|array_find|array_any|array_all)\s*\(|\?->|\bmatch\s*\(|\breadonly\b/';

	public function testTheTablesAreThoseOfTheSidecar()
	{
		$files = glob(REPOSITORY.'/sql/tables/*.sql');
		$this->assertCount(3, $files);
		foreach ($files as $file) {
			$this->assertFileEquals($file, MODULE.'/sql/'.basename($file), 'Copy sql/tables/*.sql to dolibarr-module/oauthbridge/sql.');
		}
	}

	public function testTheVersionIsThatOfTheSidecar()
	{
		preg_match('~<Version>([^<]+)</Version>~', file_get_contents(REPOSITORY.'/Directory.Build.props'), $parts);

		$this->assertStringContainsString("\$this->version = '".$parts[1]."';", file_get_contents(MODULE.'/core/modules/modOauthBridge.class.php'));
		$this->assertStringContainsString('## '.$parts[1], file_get_contents(MODULE.'/ChangeLog.md'));
	}

	public function testNothingNewerThanPhp74IsUsed()
	{
		foreach ($this->files('php') as $file) {
			$code = '';
			foreach (token_get_all(file_get_contents($file)) as $token) {
				$isText = is_array($token) && in_array($token[0], array(T_COMMENT, T_DOC_COMMENT, T_CONSTANT_ENCAPSED_STRING, T_INLINE_HTML, T_ENCAPSED_AND_WHITESPACE), true);
				$code .= $isText ? ' ' : (is_array($token) ? $token[1] : $token);
			}
			$this->assertDoesNotMatchRegularExpression(self::NEWER, $code, $file);
			$this->assertDoesNotMatchRegularExpression('/function[^{;]*\(\s*[^)]*\b(public|private|protected)\s+\$/', $code, $file.' promotes a constructor parameter');
			$this->assertDoesNotMatchRegularExpression('/catch\s*\(\s*[\w\\\\|]+\s*\)/', $code, $file.' catches without a variable');
			$this->assertDoesNotMatchRegularExpression('/function\s*\w*\s*\([^()]*(\([^()]*\)[^()]*)*,\s*\)/', $code, $file.' has a comma after the last parameter');
			$this->assertDoesNotMatchRegularExpression('/#\[.+\].*\$/', $code, $file.' has an attribute and code on one line, which PHP 7.4 takes for a comment');
		}
	}

	public function testEveryFileLoadsWithoutOutput()
	{
		foreach ($this->files('php') as $file) {
			$this->assertStringStartsWith("<?php\n", file_get_contents($file), $file);
			$this->assertStringNotContainsString('?>', preg_replace('~^//.*$|/\*.*?\*/~ms', '', file_get_contents($file)), $file);
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
