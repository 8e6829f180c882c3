#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Packs the PHP module: one folder oauthbridge/, sorted, with fixed times and modes, so that the same files give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$PWD/${1:?usage: build/pack-module.sh TARGET.zip}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What is committed or about to be, so that nothing that lies about gets in.
git ls-files --cached --others --exclude-standard -z dolibarr-module/oauthbridge | xargs -0 cp --parents -t "$folder"
cd "$folder/dolibarr-module"
find . -type d -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
TZ=UTC find . -exec touch -h -d '2026-01-01 00:00:00' {} +
mkdir -p "$(dirname "$target")"
rm -f "$target"
find oauthbridge -type f | LC_ALL=C sort | TZ=UTC zip -X -q -9 "$target" -@
echo "${target#"$OLDPWD/"}"
