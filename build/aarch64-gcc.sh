#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's cross-compiler for build/publish.sh, without --target: that option is clang's, and gcc is built for one target.
set -euo pipefail
arguments=()
for argument in "$@"; do
	case "$argument" in
		--target=*) ;;
		*) arguments+=("$argument") ;;
	esac
done
exec aarch64-linux-gnu-gcc "${arguments[@]}"
