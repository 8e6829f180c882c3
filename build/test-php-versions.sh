#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the PHP module under every PHP that it is for, from npm's @php-wasm/cli (half a gigabyte, kept in artifacts/): every file is parsed
# and loaded, and those tests run that need neither a database nor another process. VERSIONS="7.4 8.5" for some of them.
set -uo pipefail
cd "$(dirname "$0")/.."
build/prerequisites.sh test || exit 1

php=artifacts/php-wasm/node_modules/.bin/php-wasm-cli
if [ ! -e $php ]; then
	mkdir -p artifacts/php-wasm
	npm install --prefix artifacts/php-wasm --no-save --no-audit --no-fund --ignore-scripts @php-wasm/cli@3.1.56 >/dev/null || exit 1
fi

tests=$PWD/tests/dolibarr-module
passed=0
failed=0
for version in ${VERSIONS:-7.4 8.0 8.3 8.4 8.5}; do
	# 22527: all but deprecations, which a newer PHP finds in PHPUnit. The tests set their own. There are no unix sockets and no processes.
	run() { PHP=$version $php -d include_path=/usr/share/php -d error_reporting=22527 "$@" 2>&1; }
	said=$(
		run "$PWD/tests/php-versions/load.php"
		run /usr/bin/phpunit --configuration "$tests/phpunit.xml" --bootstrap "$tests/bootstrap.php" \
			--filter '^(Consents|EntryState|SignIn|Texts)Test::' "$tests"
	)
	read -r files unloaded < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' <<<"$said")
	ran=$(sed -n 's/^OK (\([0-9]*\) tests.*/\1/p' <<<"$said")
	if [ "${unloaded:-1}" = 0 ] && [ "${ran:-0}" -gt 0 ]; then
		passed=$((passed + 1))
		echo "ok      PHP $version: $files files load, $ran tests pass"
	else
		failed=$((failed + 1))
		echo "FAILED  PHP $version"
		tail -n 60 <<<"$said"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
