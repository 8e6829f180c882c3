.PHONY: test-dolibarr

# The module in a scratch copy of a real Dolibarr, driven with headless Chromium. Screenshots land in artifacts/acceptance/<version>.
#   make test-dolibarr DOLIBARR_ROOT=/path/to/htdocs
test-dolibarr:
	@build/test-dolibarr.sh "$(DOLIBARR_ROOT)"
