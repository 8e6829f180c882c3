#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the acceptance tests against the real Dolibarr whose htdocs is given. It is copied, never changed.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -f "${1:-}/filefunc.inc.php" ]; then
	echo "usage: make test-dolibarr DOLIBARR_ROOT=/path/to/htdocs   (the directory that holds filefunc.inc.php)" >&2
	exit 2
fi
build/prerequisites.sh acceptance
if [ ! -e artifacts/axe/node_modules/axe-core/axe.min.js ]; then
	mkdir -p artifacts/axe
	npm install --prefix artifacts/axe --no-save --no-audit --no-fund axe-core@4 >/dev/null # without it accessibility is not examined
fi
dotnet build tests/DolibarrOAuthBridge.Acceptance --configuration Release --nologo --verbosity quiet
DOLIBARR_ROOT=$1 dotnet test --project tests/DolibarrOAuthBridge.Acceptance --configuration Release --no-build
echo "Screenshots: artifacts/acceptance"
