#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: build/deb.sh amd64|arm64 [DIRECTORY]
# Packs what build/publish.sh left in DIRECTORY into a Debian package beside it. DEB_COMPRESSION=gzip is quicker than xz.
set -euo pipefail
architecture=${1:?usage: build/deb.sh amd64|arm64 [DIRECTORY]}
cd "$(dirname "$0")/.."
published=$(realpath -m "${2:-artifacts/$architecture}")
name=dolibarr-oauth-bridge
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

install -D -m 755 "$published/$name" "$tree/usr/bin/$name"
install -D -m 640 packaging/bridge.json "$tree/etc/$name/bridge.json"
install -D -m 644 -t "$tree/lib/systemd/system" packaging/systemd/$name.service packaging/systemd/$name.socket
install -D -m 644 packaging/man/$name.1 "$tree/usr/share/man/man1/$name.1"
gzip -9n "$tree/usr/share/man/man1/$name.1"
install -D -m 644 packaging/debian/copyright "$tree/usr/share/doc/$name/copyright"
install -D -m 644 -t "$tree/usr/share/doc/$name" docs/*.md
sbom=artifacts/$name-$version.cdx.json # of "make sbom"
[ ! -f "$sbom" ] || install -m 644 "$sbom" "$tree/usr/share/doc/$name/$name.cdx.json"
install -D -m 644 -t "$tree/usr/share/$name/monitoring" packaging/monitoring/*
mkdir -p "$tree/usr/share/$name/sql"
cp -r sql/. "$tree/usr/share/$name/sql"
chmod -R u=rwX,go=rX "$tree/usr/share"

install -d -m 755 "$tree/DEBIAN"
install -m 755 -t "$tree/DEBIAN" packaging/debian/postinst packaging/debian/prerm packaging/debian/postrm
install -m 644 -t "$tree/DEBIAN" packaging/debian/conffiles
size=$(du -sk --exclude=DEBIAN "$tree" | cut -f1) # KiB
# A native file wants the C library of the Debian that linked it, the portable one an older.
libc=$(readelf --version-info --wide "$published/$name" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/; s/@LIBC@/${libc#GLIBC_}/" \
	packaging/debian/control >"$tree/DEBIAN/control"
(cd "$tree" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)

package="$(dirname "$published")/${name}_${version}_$architecture.deb"
dpkg-deb --root-owner-group -Z"${DEB_COMPRESSION:-xz}" --build "$tree" "$package" >/dev/null
ls -l "$package"
