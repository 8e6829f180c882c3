<?php
/* Copyright (C) 2026 the DolibarrOAuthBridge authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/**
 * Prints a Markdown table of what acceptance runs tried: features in rows, runs in columns. A cell says how many tests passed.
 *
 * usage: php build/acceptance-table.php <results.xml>...
 *
 * Each file is a report of xUnit; a file of the same name that ends in .txt holds the heading of its column.
 */

// The order of the rows: what an administrator does first comes first.
$order = array();
preg_match_all(
	'/public const string \w+ = "([^"]+)";/',
	file_get_contents(__DIR__.'/../tests/DolibarrOAuthBridge.Acceptance/Support/Feature.cs'),
	$constants
);
foreach (array_slice($constants[1], 1) as $feature) { // the first one is the name of the trait
	$order[$feature] = array();
}

$headings = array();
foreach (array_slice($argv, 1) as $column => $file) {
	$report = simplexml_load_file($file);
	if ($report === false) {
		fwrite(STDERR, $file." is no report of xUnit.\n");
		exit(1);
	}
	$note = preg_replace('/\.xml$/D', '.txt', $file);
	$headings[$column] = is_file($note) ? trim(file_get_contents($note)) : basename($file, '.xml');
	foreach ($report->xpath('//test[traits/trait[@name="Feature"]]') as $test) {
		$feature = (string) $test->xpath('traits/trait[@name="Feature"]')[0]['value'];
		$result = (string) $test['result'];
		$counts = isset($order[$feature][$column]) ? $order[$feature][$column] : array('Pass' => 0, 'Fail' => 0);
		if (isset($counts[$result])) { // a test that is skipped says nothing
			$counts[$result]++;
			$order[$feature][$column] = $counts;
		}
	}
}

echo '| |'.implode('', array_map(static function ($heading) {
	return ' '.$heading.' |';
}, $headings))."\n";
echo '|---|'.str_repeat('---|', count($headings))."\n";
foreach (array_filter($order) as $feature => $runs) {
	echo '| '.$feature.' |';
	foreach (array_keys($headings) as $column) {
		if (!isset($runs[$column])) {
			echo ' – |';
			continue;
		}
		$all = $runs[$column]['Pass'] + $runs[$column]['Fail'];
		echo $runs[$column]['Fail'] === 0 ? ' yes ('.$all.') |' : ' **'.$runs[$column]['Pass'].' of '.$all.'** |';
	}
	echo "\n";
}
