.PHONY: publish deb

# The sidecar as one file that needs no .NET on the machine: artifacts/<architecture>/dolibarr-oauth-bridge.
# make publish ARCH=arm64 for one of them only; amd64 and arm64 by default.
ARCH ?= amd64 arm64

publish:
	@for arch in $(ARCH); do build/publish.sh $$arch || exit 1; done

# Debian packages of them: artifacts/dolibarr-oauth-bridge_<version>_<architecture>.deb.
deb: publish
	@for arch in $(ARCH); do build/deb.sh $$arch || exit 1; done
