.PHONY: conformance

# The table of the OpenID conformance modules that the sign-in is tested with, from the tests themselves.
conformance:
	@dotnet build tests/DolibarrOAuthBridge.LoginTests --configuration Release --nologo --verbosity quiet
	@CONFORMANCE_WRITE=1 dotnet test --project tests/DolibarrOAuthBridge.LoginTests --configuration Release --no-build -- --filter-class '*.ConformanceDocumentTests'
