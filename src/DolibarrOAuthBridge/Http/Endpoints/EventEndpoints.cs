// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Notifications;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>What happened: notices for people, and the history of one grant.</summary>
internal static class EventEndpoints
{
    private const int LongestWait = 60; // seconds
    private const int MostHistory = 500;
    private const int UsualHistory = 50;

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/v1/events", ListAsync)
            .WithTags("Notices")
            .WithName("ListEvents")
            .WithSummary("The notices after a number; waits for the first one for up to wait seconds.");
        routes
            .MapPost("/v1/events", ReportAsync)
            .WithTags("Notices")
            .WithName("ReportEvent")
            .WithSummary("Tells the bridge that something else answered at its address while it was down (kind impostor).")
            .Produces(StatusCodes.Status204NoContent);
        routes
            .MapGet("/v1/entries/{entry}/history", HistoryAsync)
            .WithTags("Entries")
            .WithName("GetHistory")
            .WithSummary("What happened to the entry's grant, newest first.");
    }

    private static async Task<Ok<NoticeList>> ListAsync(
        NoticeFeed feed,
        IHostApplicationLifetime lifetime,
        string? entity,
        [Description("The last of the answer before; 0 or nothing for all that are kept.")] string? after,
        [Description("How many seconds to wait for the first notice, 0 to 60; 0 if it is not given.")] string? wait,
        CancellationToken cancellationToken
    )
    {
        var company = RequestValues.Entity(entity);
        var number = RequestValues.Number(after, nameof(after), 0, long.MaxValue) ?? 0;
        var patience = TimeSpan.FromSeconds(RequestValues.Number(wait, nameof(wait), 0, LongestWait) ?? 0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            return TypedResults.Ok(await feed.ReadAsync(number, company, patience, stop.Token));
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return TypedResults.Ok(new NoticeList([], number)); // the sidecar stops: nobody should wait for it
        }
    }

    private static async Task<NoContent> ReportAsync(
        EventReportJson body,
        ImpostorReports reports,
        string? entity,
        CancellationToken cancellationToken
    )
    {
        if (body.Kind != NoticeKind.Impostor)
        {
            throw new BridgeException(ProblemCode.InvalidRequest, $"kind must be {NoticeKind.Impostor}.");
        }

        await reports.NoteAsync(RequestValues.Entity(entity), body.Detail, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<GrantHistory>> HistoryAsync(
        string entry,
        EntryDirectory entries,
        EventTable events,
        string? entity,
        [Description("How many events at most, 1 to 500; 50 if it is not given.")] string? limit,
        CancellationToken cancellationToken
    )
    {
        var most = (int)(RequestValues.Number(limit, nameof(limit), 1, MostHistory) ?? UsualHistory);
        var found = await entries.GetAsync(entry, RequestValues.Entity(entity), cancellationToken);
        return TypedResults.Ok(new GrantHistory(await events.ListAsync(GrantKey.Of(found), most, cancellationToken)));
    }
}
