// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Journal;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>
/// <c>/healthz</c> says that the process lives, <c>/readyz</c> that it can do its work: the token table can be read and it
/// is not about to end; to holders of the API key <c>/v1/version</c> says which release it is.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>All is well.</summary>
    public const string Ok = "ok";

    /// <summary>The process is about to end.</summary>
    public const string Draining = "draining";

    /// <summary>Nothing can be refreshed, because the state directory cannot be used; the log says why.</summary>
    public const string NoStateDirectory = "state_directory";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/healthz", static () => TypedResults.Json(new HealthJson(Ok), ApiJson.Default.HealthJson))
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

    /// <summary>Whether the state in full is asked for.</summary>
    /// <exception cref="BridgeException"><c>verbose</c> is neither yes nor no.</exception>
    public static bool IsVerbose(HttpRequest request) => RequestValues.Flag(request.Query["verbose"], "verbose");

    // In full only for holders of the API key: the guard sees to that.
    private static async Task<Results<JsonHttpResult<HealthJson>, JsonHttpResult<ReadyJson>>> ReadyAsync(
        HttpRequest request,
        DolibarrDatabase database,
        TokenTable tokens,
        RefreshJournal journal,
        IHostApplicationLifetime lifetime,
        CancellationToken cancellationToken
    )
    {
        var word = lifetime.ApplicationStopping.IsCancellationRequested
            ? Draining
            : await FindStatusAsync(database, tokens, journal, cancellationToken);
        var status = word == Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return IsVerbose(request)
            ? TypedResults.Json(new ReadyJson(word, StateOf(request)), ApiJson.Default.ReadyJson, statusCode: status)
            : TypedResults.Json(new HealthJson(word), ApiJson.Default.HealthJson, statusCode: status);
    }

    private static async Task<string> FindStatusAsync(
        DolibarrDatabase database,
        TokenTable tokens,
        RefreshJournal journal,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await tokens.SchemaAsync(cancellationToken);
            await database.PingAsync(cancellationToken);
            return journal.FindProblem() is null ? Ok : NoStateDirectory;
        }
        catch (StoreException)
        {
            return "unavailable";
        }
    }

    private static IReadOnlyList<InstanceStateJson> StateOf(HttpRequest request) =>
        request.HttpContext.Features.GetRequiredFeature<RequestPlace>().Instance is { Name.Length: > 0 } instance
            ? [InstanceStateJson.Of(instance, problem: null)]
            : [];
}
