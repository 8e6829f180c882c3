#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: build/publish.sh amd64|arm64 [DIRECTORY]
# Publishes the sidecar as one native file (Native AOT) into DIRECTORY, by default artifacts/<architecture>.
# BUILD=portable makes a file with the .NET runtime in it instead, for a machine without the C toolchain.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
	amd64) rid=linux-x64 compiler=x86_64-linux-gnu-gcc objcopy=x86_64-linux-gnu-objcopy ;;
	arm64) rid=linux-arm64 compiler=$PWD/build/aarch64-gcc.sh objcopy=aarch64-linux-gnu-objcopy ;;
	*) echo "usage: build/publish.sh amd64|arm64 [DIRECTORY]" >&2; exit 2 ;;
esac
output=$(realpath -m "${2:-artifacts/$1}")

if [ "${BUILD:-native}" = native ]; then
	build/prerequisites.sh publish "$1"
	# The linker is Debian's gcc, which also has cross-compilers. Every warning of the trimmer and the compiler is an error.
	options=(-p:PublishAot=true "-p:CppCompilerAndLinker=$compiler" "-p:ObjCopyName=$objcopy"
		-p:TrimmerSingleWarn=false -p:OptimizationPreference=Speed)
else
	options=(--self-contained -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=false)
fi

# Build output of its own: it shares nothing with builds for development, which may run meanwhile. Analyzers are for those.
dotnet publish src/DolibarrOAuthBridge --configuration Release --runtime "$rid" --artifacts-path "artifacts/build/$1" \
	--output "$output" --nologo --verbosity quiet -nodeReuse:false -p:RunAnalyzers=false -p:DebugType=none "${options[@]}"
find "$output" -mindepth 1 ! -name dolibarr-oauth-bridge -delete
ls -l "$output/dolibarr-oauth-bridge"
