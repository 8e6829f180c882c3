#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: build/test-systemd.sh [PACKAGE.deb]
# Boots a Debian with a systemd of its own (systemd-nspawn, no network but loopback) and plays an administrator's days with the package:
# tests/systemd/guest.sh. Without PACKAGE it is built. SUITE=bullseye for another Debian, whose C library is too
# old for a native file that is linked here: it gets the portable one. Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${SUITE:-bookworm}
arch=$(dpkg --print-architecture)
name=dolibarr-oauth-bridge
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
[ "$(id -u)" -eq 0 ] || { echo "Only root boots a machine: run this as root." >&2; exit 1; }

build/prerequisites.sh systemd
package=${1:-}
if [ -z "$package" ]; then
	[ "$suite" != bullseye ] || export BUILD=portable
	make --no-print-directory deb ARCH="$arch" >/dev/null
	package=artifacts/${name}_${version}_$arch.deb
fi

# The Debian is made once; each run writes into a layer of its own.
base=artifacts/systemd/$suite
if [ ! -e "$base/.complete" ]; then
	rm -rf "$base"
	mkdir -p "$base"
	ssl=libssl3
	[ "$suite" != bullseye ] || ssl=libssl1.1
	debootstrap --variant=minbase \
		--include=systemd-sysv,dbus,mariadb-server,php-cli,curl,ca-certificates,procps,passwd,zlib1g,"$ssl" "$suite" "$base" >"$base.log"
	touch "$base/.complete"
fi

scratch=$(mktemp -d)
nspawn=
finish() {
	if [ -n "$nspawn" ]; then
		kill "$nspawn" 2>/dev/null || true
		wait "$nspawn" 2>/dev/null || true
	fi
	umount -l "$scratch/root" "$scratch/layers" 2>/dev/null || true
	rm -rf "$scratch"
}
trap finish EXIT
mkdir "$scratch/layers" "$scratch/root"
mount -t tmpfs -o mode=0755,size=2g tmpfs "$scratch/layers"
mkdir "$scratch/layers/upper" "$scratch/layers/work"
mount -t overlay -o "lowerdir=$PWD/$base,upperdir=$scratch/layers/upper,workdir=$scratch/layers/work" overlay "$scratch/root"

# The package, and the same as a release that comes after it.
share=$scratch/root/srv/test
mkdir -p "$share"
cp tests/systemd/* "$share"
cp "$package" "$share/first.deb"
dpkg-deb -R "$package" "$scratch/next"
sed -i 's/^Version: .*/&+next/' "$scratch/next/DEBIAN/control"
dpkg-deb --root-owner-group -Zgzip --build "$scratch/next" "$share/next.deb" >/dev/null

systemd-nspawn --boot --directory="$scratch/root" --register=no --keep-unit --console=pipe --private-network --quiet \
	--setenv=SYSTEMD_LOG_COLOR=0 </dev/null >"$scratch/console" 2>&1 &
nspawn=$!
init=
for _ in $(seq 300); do
	kill -0 "$nspawn" 2>/dev/null || { cat "$scratch/console" >&2; exit 1; }
	init=$(pgrep -P "$nspawn" | head -n 1) || true
	if [ -n "$init" ] && [ -S "/proc/$init/root/run/systemd/private" ]; then
		break
	fi
	sleep 0.2
done
nsenter --target "$init" --mount --uts --ipc --net --pid --cgroup env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
	bash /srv/test/guest.sh
