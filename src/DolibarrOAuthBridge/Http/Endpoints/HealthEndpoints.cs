// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Journal;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>
/// <c>/healthz</c> says that the process lives, <c>/readyz</c> that it can do its work: the token table can be read and it
/// is not about to end; to holders of the API key <c>/v1/version</c> says which release it is.
/// </summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/healthz", static () => TypedResults.Json(new HealthJson("ok"), ApiJson.Default.HealthJson))
            .WithTags("Health")
            .WithName("Live")
            .WithSummary("The process lives.")
            .Produces<HealthJson>();
        routes
            .MapGet("/readyz", ReadyAsync)
            .WithTags("Health")
            .WithName("Ready")
            .WithSummary("Requests can be served: the token table can be read.")
            .Produces<HealthJson>()
            .Produces<HealthJson>(StatusCodes.Status503ServiceUnavailable);
        routes
            .MapGet("/v1/version", static () => TypedResults.Json(new VersionJson(BridgeVersion.Current), ApiJson.Default.VersionJson))
            .WithTags("Health")
            .WithName("Version")
            .WithSummary("The sidecar's version.")
            .Produces<VersionJson>();
    }

    private static async Task<JsonHttpResult<HealthJson>> ReadyAsync(
        DolibarrDatabase database,
        TokenTable tokens,
        RefreshJournal journal,
        IHostApplicationLifetime lifetime,
        CancellationToken cancellationToken
    )
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return NotReady("draining");
        }

        try
        {
            await tokens.SchemaAsync(cancellationToken);
            await database.PingAsync(cancellationToken);
            return journal.FindProblem() is null
                ? TypedResults.Json(new HealthJson("ok"), ApiJson.Default.HealthJson)
                : NotReady("state_directory"); // nothing can be refreshed; the log says why
        }
        catch (StoreException)
        {
            return NotReady("unavailable");
        }
    }

    private static JsonHttpResult<HealthJson> NotReady(string status) =>
        TypedResults.Json(new HealthJson(status), ApiJson.Default.HealthJson, statusCode: StatusCodes.Status503ServiceUnavailable);
}
