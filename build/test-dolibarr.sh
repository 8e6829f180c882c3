#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: build/test-dolibarr.sh HTDOCS...
# Runs the acceptance tests against the real Dolibarrs whose htdocs are given, one after the other, and prints a table of releases and
# features. The Dolibarrs are copied, never changed. SCRATCH_DATABASE=pgsql runs them on PostgreSQL; CLASSES="*SignInTests *MailTests"
# runs these classes only.
set -euo pipefail
cd "$(dirname "$0")/.."

for root in "$@"; do
	[ -f "$root/filefunc.inc.php" ] || { echo "$root is no htdocs of a Dolibarr: it has no filefunc.inc.php." >&2; exit 2; }
done
if [ $# -eq 0 ]; then
	echo "usage: make test-dolibarr DOLIBARR_ROOTS=\"/path/to/htdocs /path/to/other/htdocs\"   (directories that hold filefunc.inc.php)" >&2
	exit 2
fi
build/prerequisites.sh acceptance
if [ ! -e artifacts/axe/node_modules/axe-core/axe.min.js ]; then
	mkdir -p artifacts/axe
	npm install --prefix artifacts/axe --no-save --no-audit --no-fund axe-core@4 >/dev/null # without it accessibility is not examined
fi
tests=tests/DolibarrOAuthBridge.Acceptance
dotnet build $tests --configuration Release --nologo --verbosity quiet
results=artifacts/acceptance
mkdir -p $results
only=()
for class in ${CLASSES:-}; do
	only+=(-class "$class")
done

status=0
columns=()
for root in "$@"; do
	rm -f $results/run.txt $results/run.xml
	echo "== $root"
	DOLIBARR_ROOT=$root dotnet $tests/bin/Release/net10.0/DolibarrOAuthBridge.Acceptance.dll "${only[@]}" \
		-result-xml $results/run.xml || status=1
	if [ ! -s $results/run.txt ] || [ ! -s $results/run.xml ]; then
		echo "$root: the run did not begin." >&2
		status=1
		continue
	fi
	name=$(tr -cs 'A-Za-z0-9.\n' '-' <$results/run.txt)
	while [[ " ${columns[*]} " == *" $results/$name.xml "* ]]; do # two copies of one release
		name+=-again
	done
	mv $results/run.xml "$results/$name.xml"
	mv $results/run.txt "$results/$name.txt"
	columns+=("$results/$name.xml")
done

[ ${#columns[@]} -eq 0 ] || php build/acceptance-table.php "${columns[@]}" | tee $results/table.md
echo "Screenshots and results: $results"
exit $status
