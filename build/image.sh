#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: build/image.sh amd64|arm64
# Makes the container image dolibarr-oauth-bridge:VERSION from the native file. BASE=scratch (the default) adds the few libraries of this
# Debian that it needs and nothing else; BASE=IMAGE puts it on an image that has glibc, OpenSSL 3 and certificates.
set -euo pipefail
cd "$(dirname "$0")/.."
name=dolibarr-oauth-bridge
arch=${1:?usage: build/image.sh amd64|arm64}
base=${BASE:-scratch}
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
if [ "$base" = scratch ] && [ "$arch" != "$(dpkg --print-architecture)" ]; then
	echo "The libraries come from this machine: build for $arch on such a machine, or give BASE=IMAGE." >&2
	exit 2
fi
build/prerequisites.sh image
[ -n "${KEEP_BINARY:-}" ] || build/publish.sh "$arch"

tree=$(mktemp -d)
container=
trap 'rm -rf "$tree"; [ -z "$container" ] || buildah rm "$container" >/dev/null' EXIT
install -D -m 0755 "artifacts/$arch/$name" "$tree/usr/bin/$name"
install -D -m 0644 LICENSE.md "$tree/usr/share/doc/$name/LICENSE.md"
if [ "$base" = scratch ]; then
	# What the file is linked with, and OpenSSL, which .NET loads by name.
	{
		ldd "artifacts/$arch/$name"
		for library in libssl.so.3 libcrypto.so.3 libresolv.so.2 libnss_dns.so.2 libnss_files.so.2; do
			ldconfig -p | awk -v library="$library" '$1 == library { print $NF; exit }'
		done
	} | grep -o '/[^ ]*' | sort -u | while read -r library; do
		install -D -m 0755 "$(realpath "$library")" "$tree$library"
	done
	install -D -m 0644 /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/ca-certificates.crt"
	mkdir -p "$tree/usr/lib/ssl"
	ln -s /etc/ssl/certs "$tree/usr/lib/ssl/certs"
	ln -s /etc/ssl/certs/ca-certificates.crt "$tree/usr/lib/ssl/cert.pem"
	printf 'root:x:0:0::/:/\nwww-data:x:33:33::/:/\n' >"$tree/etc/passwd"
	printf 'root:x:0:\nwww-data:x:33:\n' >"$tree/etc/group"
	printf 'hosts: files dns\n' >"$tree/etc/nsswitch.conf"
fi
install -d -m 1777 "$tree/tmp"
install -d -m 0755 "$tree/run" "$tree/var/lib"

container=$(buildah from --format docker --arch "$arch" "$base")
buildah copy --quiet "$container" "$tree" / >/dev/null
# New volumes take over the owner and the mode of these directories.
rm -rf "$tree"
install -d -m 0755 "$tree/run/$name"
install -d -m 0700 "$tree/var/lib/$name"
buildah copy --quiet --chown 33:33 "$container" "$tree/run/$name" "/run/$name" >/dev/null
buildah copy --quiet --chown 33:33 "$container" "$tree/var/lib/$name" "/var/lib/$name" >/dev/null
# 33 is www-data in Dolibarr's image and in Debian: conf.php is readable by nobody else there.
buildah config \
	--user 33:33 \
	--entrypoint "[\"/usr/bin/$name\"]" \
	--cmd "serve --socket /run/$name/bridge.sock" \
	--env BRIDGE__DolibarrConf=/var/www/html/conf/conf.php \
	--env BRIDGE__Bridge__StateDirectory=/var/lib/$name \
	--env DOTNET_EnableDiagnostics=0 \
	--env TMPDIR=/tmp \
	--volume /run/$name \
	--volume /var/lib/$name \
	--stop-signal SIGTERM \
	--healthcheck "CMD /usr/bin/$name healthcheck" \
	--healthcheck-interval 30s --healthcheck-timeout 10s --healthcheck-start-period 10s --healthcheck-retries 3 \
	--label org.opencontainers.image.title="OAuth bridge for Dolibarr" \
	--label org.opencontainers.image.version="$version" \
	--label org.opencontainers.image.licenses=GPL-3.0-or-later \
	"$container"
# Docker's format: OCI's own has no health check.
buildah commit --quiet --format docker "$container" "$name:$version" >/dev/null
buildah tag "$name:$version" "$name:latest"
mkdir -p artifacts
rm -f "artifacts/$name-$version-$arch.tar"
buildah push --quiet "$name:$version" "docker-archive:artifacts/$name-$version-$arch.tar:$name:$version"
ls -l "artifacts/$name-$version-$arch.tar"
