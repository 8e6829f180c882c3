.PHONY: demo test build format

# The main job, played on throw-away servers. make demo KEEP=1 leaves it running.
demo:
	@build/prerequisites.sh
	@dotnet build src/DolibarrOAuthBridge.Demo --configuration Release --nologo --verbosity quiet
	@src/DolibarrOAuthBridge.Demo/bin/Release/net10.0/dolibarr-oauth-bridge-demo $(if $(KEEP),--keep)

# Every test, with real servers; ends with "N passed, N failed".
test:
	@build/test.sh

build:
	dotnet build DolibarrOAuthBridge.sln --configuration Release --nologo

format:
	dotnet format DolibarrOAuthBridge.sln

-include build/*.mk
