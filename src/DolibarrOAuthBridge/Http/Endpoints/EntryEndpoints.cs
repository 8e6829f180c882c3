// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Reports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary><c>GET /v1/entries</c> and <c>GET /v1/entries/{entry}</c>.</summary>
internal static class EntryEndpoints
{
    public static RouteGroupBuilder MapEntries(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/entries").WithTags("Entries");
        group
            .MapGet("", ListAsync)
            .WithName("ListEntries")
            .WithSummary("The OAuth entries of a company, with the state of their tokens and warnings.");
        group
            .MapGet("/{entry}", GetAsync)
            .WithName("GetEntry")
            .WithSummary("One entry, by entry name (GOOGLE-Mail) or service name (Google-Mail).");
        return group;
    }

    private static async Task<Ok<EntryListJson>> ListAsync(EntryReporter reporter, string? entity, CancellationToken cancellationToken) =>
        TypedResults.Ok(new EntryListJson(await reporter.ListAsync(RequestValues.Entity(entity), cancellationToken)));

    private static async Task<Ok<EntryReport>> GetAsync(
        string entry,
        EntryReporter reporter,
        string? entity,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await reporter.GetAsync(entry, RequestValues.Entity(entity), cancellationToken));
}
