.PHONY: module test-module

module_version := $(shell sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
module_zip := artifacts/module_oauthbridge-$(module_version).zip

# The PHP module as Dolibarr's "Deploy external module" takes it. The same files give the same bytes.
module:
	@build/pack-module.sh $(module_zip)

# The module's own checks; DOLIBARR_ROOT=/path/to/htdocs adds those against stock code.
test-module:
	@build/prerequisites.sh test
	@report=$$(mktemp) && build/test-module.sh $$report; status=$$?; rm -f $$report; exit $$status
