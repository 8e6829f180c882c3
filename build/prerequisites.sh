#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: build/prerequisites.sh [test|acceptance|image|systemd|galera|publish amd64|publish arm64]
# Installs what is missing for the demo, the tests, the tests with a browser or a native build. For Debian and its relatives.
set -euo pipefail

missing=()
if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
	# Ubuntu has the SDK, Debian has it where Microsoft's package source was added.
	if ! apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then
		echo "The .NET 10 SDK is missing. Install it as Microsoft describes for your system, then run this again." >&2
		exit 1
	fi
	missing+=(dotnet-sdk-10.0)
fi

if [ "${1:-}" = publish ]; then
	case "${2:-amd64}" in
		arm64) command -v aarch64-linux-gnu-gcc >/dev/null || missing+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross) ;;
		*) command -v x86_64-linux-gnu-gcc >/dev/null || missing+=(gcc libc6-dev) ;;
	esac
elif [ "${1:-}" = image ]; then
	command -v buildah >/dev/null || missing+=(buildah runc)
	[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
elif [ "${1:-}" = systemd ]; then
	command -v debootstrap >/dev/null || missing+=(debootstrap)
	command -v systemd-nspawn >/dev/null || missing+=(systemd-container)
else
	declare -A package=(
		[mariadbd]=mariadb-server
		[php]=php-cli
		[dovecot]=dovecot-imapd
		[zip]=zip
		[setsid]=util-linux
		[systemd-analyze]=systemd
	)
	for program in "${!package[@]}"; do
		command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || missing+=("${package[$program]}")
	done
	[ -e /usr/lib/dovecot/submission ] || missing+=(dovecot-submissiond)
	if command -v php >/dev/null; then
		modules=$(php -m)
		grep -qx curl <<<"$modules" || missing+=(php-curl)
		grep -qx mysqli <<<"$modules" || missing+=(php-mysql)
	else
		missing+=(php-curl php-mysql)
	fi
fi
if [ "${1:-}" = test ]; then
	command -v phpunit >/dev/null || missing+=(phpunit)
	command -v npm >/dev/null || missing+=(npm)
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
	command -v phpcs >/dev/null || missing+=(php-codesniffer)
fi
if [ "${1:-}" = acceptance ]; then
	command -v chromium >/dev/null || missing+=(chromium)
	command -v chromedriver >/dev/null || missing+=(chromium-driver)
	command -v npm >/dev/null || missing+=(npm)
	php -m 2>/dev/null | grep -qix simplexml || missing+=(php-xml)
fi

[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "Missing: ${missing[*]}. Install them, or run this as root." >&2
	exit 1
fi
echo "Installing ${missing[*]} ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
