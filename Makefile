# SPDX-License-Identifier: GPL-3.0-or-later
# "make help" lists the targets. Steps of more than a few lines are scripts in build/.

.DEFAULT_GOAL := help

version := $(shell sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
module_zip := artifacts/module_oauthbridge-$(version).zip
quiet_build := dotnet build --configuration Release --nologo --verbosity quiet
ARCH ?= amd64 arm64

##@ Start here

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z][a-z-]*:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install what the demo and the tests need and is missing (Debian or a relative, as root)
	@build/prerequisites.sh test

.PHONY: demo
demo: ## Play refresh, consent and mail on throw-away servers; KEEP=1 leaves them running
	@build/prerequisites.sh
	@$(quiet_build) src/DolibarrOAuthBridge.Demo
	@src/DolibarrOAuthBridge.Demo/bin/Release/net10.0/dolibarr-oauth-bridge-demo $(if $(KEEP),--keep)

.PHONY: demo-hosting
demo-hosting: ## Play a hosting machine: twenty Dolibarrs behind one sidecar
	@build/prerequisites.sh
	@$(quiet_build) src/DolibarrOAuthBridge.Demo
	@src/DolibarrOAuthBridge.Demo/bin/Release/net10.0/dolibarr-oauth-bridge-demo --hosting

.PHONY: test
test: ## Run every test on real servers; the last line is "N passed, N failed, N skipped"
	@build/test.sh

##@ Development

.PHONY: build
build: ## Build everything, with all analyzers
	dotnet build DolibarrOAuthBridge.sln --configuration Release --nologo

.PHONY: format
format: ## Format the C# code
	dotnet tool restore
	dotnet csharpier format .
	dotnet format DolibarrOAuthBridge.sln

.PHONY: lock
lock: ## Write the lock files anew after a change of packages: what restore may fetch, with hashes
	dotnet restore DolibarrOAuthBridge.sln --force-evaluate
	@for rid in linux-x64 linux-arm64; do \
		dotnet restore src/DolibarrOAuthBridge --force-evaluate --artifacts-path artifacts/lock \
			-p:PublishAot=true -p:RuntimeIdentifier=$$rid || exit 1; \
	done

.PHONY: test-module
test-module: ## Check the PHP module alone; DOLIBARR_ROOT=/path/to/htdocs adds the tests against stock code
	@build/prerequisites.sh test
	@report=$$(mktemp) && build/test-module.sh $$report; status=$$?; rm -f $$report; exit $$status

.PHONY: test-dolibarr
test-dolibarr: ## Drive the module in copies of real Dolibarrs with Chromium; DOLIBARR_ROOTS="/path/to/htdocs /path/to/other"
	@build/test-dolibarr.sh $(or $(DOLIBARR_ROOTS),$(DOLIBARR_ROOT))

.PHONY: test-postgresql
test-postgresql: ## Run the integration tests on a throw-away PostgreSQL instead of MariaDB
	@build/prerequisites.sh test
	@$(quiet_build) tests/DolibarrOAuthBridge.IntegrationTests
	@SCRATCH_DATABASE=pgsql dotnet test --project tests/DolibarrOAuthBridge.IntegrationTests --configuration Release --no-build -- \
		--filter-not-trait Database=MariaDB

.PHONY: test-php-versions
test-php-versions: ## Load the module, and run what runs there, under PHP 7.4, 8.0, 8.3, 8.4 and 8.5 (npm, half a gigabyte, once)
	@build/test-php-versions.sh

.PHONY: test-systemd
test-systemd: ## Boot a Debian with systemd and play the package's whole life there: install to purge (as root, ten minutes at first)
	@build/test-systemd.sh

.PHONY: test-galera
test-galera: ## Two sidecars on a Galera cluster of three nodes, one of which dies in mid-refresh
	@build/prerequisites.sh galera
	@$(quiet_build) tests/DolibarrOAuthBridge.Torture
	@tests/DolibarrOAuthBridge.Torture/bin/Release/net10.0/dolibarr-oauth-bridge-torture galera

.PHONY: torture
torture: ## Kill it, cut its connections, fill its disk, and count what is lost (twenty minutes); ROUND=short: one minute
	@build/prerequisites.sh test
	@$(quiet_build) tests/DolibarrOAuthBridge.Torture
	@tests/DolibarrOAuthBridge.Torture/bin/Release/net10.0/dolibarr-oauth-bridge-torture $(or $(ROUND),full)

.PHONY: openapi
openapi: ## Write openapi/v1.json from the endpoints and their comments
	@$(quiet_build) tests/DolibarrOAuthBridge.Tests
	@OPENAPI_WRITE=1 dotnet test --project tests/DolibarrOAuthBridge.Tests --configuration Release --no-build -- \
		--filter-class '*.OpenApiTests'

.PHONY: conformance
conformance: ## Write docs/login-conformance.md from the sign-in tests
	@$(quiet_build) tests/DolibarrOAuthBridge.LoginTests
	@CONFORMANCE_WRITE=1 dotnet test --project tests/DolibarrOAuthBridge.LoginTests --configuration Release --no-build -- \
		--filter-class '*.ConformanceDocumentTests'

.PHONY: bench
bench: ## Measure the published sidecar against a bare Kestrel and PHP's own read (seven minutes); MICRO=1: single functions
	@build/prerequisites.sh test
	@$(quiet_build) tests/DolibarrOAuthBridge.Benchmarks
	@$(if $(MICRO),,build/publish.sh amd64 >/dev/null)
	@tests/DolibarrOAuthBridge.Benchmarks/bin/Release/net10.0/dolibarr-oauth-bridge-benchmarks \
		$(if $(MICRO),micro,artifacts/amd64/dolibarr-oauth-bridge)

.PHONY: bench-hosting
bench-hosting: ## Measure the published sidecar with a thousand Dolibarrs (ten minutes); INSTANCES=200 for fewer
	@build/prerequisites.sh test
	@$(quiet_build) tests/DolibarrOAuthBridge.Benchmarks
	@build/publish.sh amd64 >/dev/null
	@tests/DolibarrOAuthBridge.Benchmarks/bin/Release/net10.0/dolibarr-oauth-bridge-benchmarks \
		hosting artifacts/amd64/dolibarr-oauth-bridge $(or $(INSTANCES),1000)

##@ Packages, in artifacts/

.PHONY: publish
publish: ## The sidecar as one file that needs no .NET; ARCH=amd64 or ARCH=arm64 for one of them only
	@for arch in $(ARCH); do build/publish.sh $$arch || exit 1; done

.PHONY: deb
deb: publish sbom ## Debian packages of it; ARCH as above
	@for arch in $(ARCH); do build/deb.sh $$arch || exit 1; done

.PHONY: image
image: ## A container image of it, as an archive for "docker load" too; ARCH as above, BASE=IMAGE instead of an empty base
	@for arch in $(if $(filter command line,$(origin ARCH)),$(ARCH),$(shell dpkg --print-architecture)); do \
		build/image.sh $$arch || exit 1; \
	done

.PHONY: sbom
sbom: ## The libraries inside the sidecar, with versions, hashes and licences (CycloneDX JSON)
	@build/sbom.sh

.PHONY: module
module: ## The PHP module as a zip for Dolibarr's "Deploy external module"; the same files give the same bytes
	@build/pack-module.sh $(module_zip)
