.PHONY: openapi

# The description of the API, from its endpoints; the sidecar serves the file as it is.
openapi:
	@dotnet build tests/DolibarrOAuthBridge.Tests --configuration Release --nologo --verbosity quiet
	@OPENAPI_WRITE=1 dotnet test --project tests/DolibarrOAuthBridge.Tests --configuration Release --no-build -- --filter-class '*.OpenApiTests'
