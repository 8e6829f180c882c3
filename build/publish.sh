#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: build/publish.sh amd64|arm64 [DIRECTORY]
# Publishes the sidecar, self-contained and as a single file, into DIRECTORY, by default artifacts/<architecture>.
set -euo pipefail
case "${1:-}" in
	amd64) rid=linux-x64 ;;
	arm64) rid=linux-arm64 ;;
	*) echo "usage: build/publish.sh amd64|arm64 [DIRECTORY]" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
output=$(realpath -m "${2:-artifacts/$1}")

# Build output of its own: it shares nothing with builds for development, which may run meanwhile.
# Machine code is compiled ahead of time (ReadyToRun), for a quick start; the runtime's own assemblies come compiled.
dotnet publish src/DolibarrOAuthBridge --configuration Release --runtime "$rid" --self-contained \
	--artifacts-path "artifacts/build" --output "$output" --nologo --verbosity quiet -nodeReuse:false \
	-p:PublishSingleFile=true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=false -p:DebugType=none
find "$output" -mindepth 1 ! -name dolibarr-oauth-bridge -delete
ls -l "$output/dolibarr-oauth-bridge"
