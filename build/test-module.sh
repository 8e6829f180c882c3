#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks the PHP module: syntax, style, PHPUnit against the real sidecar. Writes "PASSED FAILED" into the given file.
# With DOLIBARR_ROOT=/path/to/htdocs the tests of stock code run too.
set -uo pipefail
cd "$(dirname "$0")/.."
report=${1:?usage: build/test-module.sh REPORTFILE}
junit=$(mktemp)
trap 'rm -f "$junit"' EXIT
failed=0

while IFS= read -r -d '' file; do
	php -d display_errors=stderr -l "$file" >/dev/null || failed=$((failed + 1))
done < <(find dolibarr-module tests/dolibarr-module -name '*.php' -print0)

phpcs --standard=build/phpcs.xml dolibarr-module tests/dolibarr-module || failed=$((failed + 1))

demo=src/DolibarrOAuthBridge.Demo
if [ ! -x $demo/bin/Release/net10.0/dolibarr-oauth-bridge-demo ]; then
	dotnet build $demo --configuration Release --nologo --verbosity quiet || failed=$((failed + 1))
fi
phpunit --configuration tests/dolibarr-module/phpunit.xml --log-junit "$junit"
status=$?

read -r passed broken < <(php -r '
	$suite = @simplexml_load_file($argv[1])->testsuite[0] ?? null;
	$broken = (int) ($suite["failures"] ?? 0) + (int) ($suite["errors"] ?? 0) + (int) ($suite["warnings"] ?? 0);
	echo (int) ($suite["tests"] ?? 0) - (int) ($suite["skipped"] ?? 0) - $broken, " ", $broken, "\n";' "$junit")
failed=$((failed + broken))
[ $status -eq 0 ] || [ $failed -gt 0 ] || failed=1
echo "$passed $failed" >"$report"
echo "Module: $passed passed, $failed failed"
[ $failed -eq 0 ]
