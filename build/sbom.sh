#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: build/sbom.sh [FILE]
# Writes the libraries inside the sidecar as CycloneDX JSON, by default artifacts/dolibarr-oauth-bridge-<version>.cdx.json.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
file=$(realpath -m "${1:-artifacts/dolibarr-oauth-bridge-$version.cdx.json}")
dotnet tool restore >/dev/null
# Packages that only the build needs are left out. The .NET runtime inside is that of the SDK.
dotnet CycloneDX src/DolibarrOAuthBridge/DolibarrOAuthBridge.csproj --output "$(dirname "$file")" --filename "$(basename "$file")" \
	--output-format Json --include-project-references --exclude-dev --no-serial-number --set-name dolibarr-oauth-bridge \
	--set-version "$version" >/dev/null
ls -l "$file"
