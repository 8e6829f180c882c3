#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: build/publish.sh amd64|arm64 [DIRECTORY]
# Publishes the sidecar as one native file (Native AOT) into DIRECTORY, by default artifacts/<architecture>.
# BUILD=portable makes a file with the .NET runtime in it instead, for a machine without the C toolchain.
set -euo pipefail
case "${1:-}" in
	amd64) rid=linux-x64 triplet=x86_64-linux-gnu ;;
	arm64) rid=linux-arm64 triplet=aarch64-linux-gnu ;;
	*) echo "usage: build/publish.sh amd64|arm64 [DIRECTORY]" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
output=$(realpath -m "${2:-artifacts/$1}")

if [ "${BUILD:-native}" = native ]; then
	build/prerequisites.sh publish "$1"
	# The linker is Debian's gcc, which also has cross-compilers. Every warning of the trimmer and the compiler is an error.
	options=(-p:PublishAot=true "-p:CppCompilerAndLinker=$triplet-gcc" "-p:ObjCopyName=$triplet-objcopy" -p:TrimmerSingleWarn=false)
else
	options=(--self-contained -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=false)
fi

# The analyzers are for development (make build). Build output of its own: it shares nothing with builds for development, which may run meanwhile.
dotnet publish src/DolibarrOAuthBridge --configuration Release --runtime "$rid" --artifacts-path "artifacts/build/$1" \
	--output "$output" --nologo --verbosity quiet -nodeReuse:false -p:RunAnalyzers=false -p:DebugType=none "${options[@]}"
find "$output" -mindepth 1 ! -name dolibarr-oauth-bridge -delete
ls -l "$output/dolibarr-oauth-bridge"
