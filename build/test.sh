#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every test and ends with one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

build/prerequisites.sh test || exit 1
dotnet build DolibarrOAuthBridge.sln --configuration Release --nologo --verbosity quiet || exit 1
dotnet format DolibarrOAuthBridge.sln --no-restore --verify-no-changes || { echo "dotnet format has something to change." >&2; exit 1; }

# One project after the other: each may use both cores, servers and ports. The benchmarks stand beside the tests and are none.
for project in $(grep -l '<IsTestProject>true</IsTestProject>' tests/*/*.csproj); do
	dotnet test --project "$project" --configuration Release --no-build 2>&1 | tee -a "$log"
	[ "${PIPESTATUS[0]}" -eq 0 ] || status=1
done

# A short round of the torture, without the trials that measure: those need a machine of their own.
rounds=$(mktemp)
trap 'rm -f "$log" "$rounds"' EXIT
tests/DolibarrOAuthBridge.Torture/bin/Release/net10.0/dolibarr-oauth-bridge-torture short \
	odd-answers kill-at-steps kill-at-random cut-connections stock-writers clocks disks 2>&1 | tee "$rounds"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1

sum() { grep -E "^ +$1: [0-9]+\$" "$log" | awk '{ total += $2 } END { print total + 0 }'; }
passed=$(($(sum succeeded) + $(grep -c ': good (' "$rounds")))
failed=$(($(sum failed) + $(grep -c ': FAILED (' "$rounds")))
skipped=$(sum skipped)
if [ -d tests/dolibarr-module ]; then
	report=$(mktemp)
	build/test-module.sh "$report" || status=1
	read -r module_passed module_failed <"$report" || { module_passed=0; module_failed=1; }
	rm -f "$report"
	passed=$((passed + module_passed))
	failed=$((failed + module_failed))
fi
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
# What failed, once more: it stands far above in the log.
grep -hE -A 12 '^failed ' "$log" | cut -c -300 | head -n 200
grep -h ': FAILED (' "$rounds"
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
