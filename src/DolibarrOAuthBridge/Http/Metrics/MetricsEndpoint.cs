// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.Metrics;
using DolibarrOAuthBridge.Reports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Metrics;

/// <summary><c>GET /metrics</c>, for Prometheus.</summary>
internal static class MetricsEndpoint
{
    private static readonly string[] Statuses =
    [
        TokenStatus.Valid,
        TokenStatus.Expiring,
        TokenStatus.Expired,
        TokenStatus.NeverExpires,
        TokenStatus.None,
        TokenStatus.ConsentRequired,
        TokenStatus.Unreadable,
        TokenStatus.Duplicate,
    ];

    /// <summary>Counts every request by the call's name and its status.</summary>
    public static IApplicationBuilder UseRequestCount(this IApplicationBuilder app)
    {
        app.ApplicationServices.GetRequiredService<MetricCollector>(); // counts from here on
        return app.Use(
            static async (context, next) =>
            {
                await next(context);
                BridgeMeter.RequestAnswered(NameOf(context), context.Response.StatusCode);
            }
        );
    }

    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/metrics", WriteAsync)
            .WithTags("Health")
            .WithName("Metrics")
            .WithSummary("Metrics in the Prometheus text format, of all companies; takes the API key of company 1.")
            .Produces<string>(contentType: "text/plain");

    private static string NameOf(HttpContext context) =>
        context.GetEndpoint() is { } endpoint ? endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "none"
        : context.Response.StatusCode == StatusCodes.Status200OK ? HotTokens.Call // the only call that is answered before the routing
        : "none";

    private static async Task<ContentHttpResult> WriteAsync(
        MetricCollector collector,
        EntryGauges gauges,
        TimeProvider time,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        if (request.Query.ContainsKey("entity"))
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                "The metrics are those of all companies: ask without entity, with the API key of company 1."
            );
        }

        // As it was counted: a process for one instance alone counts without a name.
        var (text, instance) = (new PrometheusText(), CurrentInstance.Name ?? string.Empty);
        foreach (var family in collector.Families)
        {
            text.Write(family, instance);
        }

        WriteEntries(text, await gauges.GetAsync(cancellationToken), time.GetUtcNow());
        if (instance.Length == 0)
        {
            WriteProcess(text); // of several instances' process only the operator is told
        }

        return TypedResults.Text(text.ToString(), PrometheusText.ContentType);
    }

    /// <summary>The metrics of all instances, for the operator: sums, no names of entries.</summary>
    public static string WriteAll(MetricCollector collector, IReadOnlyCollection<Instance> instances)
    {
        var text = new PrometheusText();
        foreach (var family in collector.Families)
        {
            text.Write(family, null);
        }

        var looked = instances.OrderBy(one => one.Name, StringComparer.Ordinal).Select(one => (one.Name, one.State)).ToList();
        text.Write(
            "oauthbridge_instance_up",
            "Whether the instance's database answered at the last look, and its conf.php can be used.",
            "gauge",
            looked
                .Where(one => one.State.LookedAt is not null)
                .Select(one => (OfInstance(one.Name), one.State is { IsDatabaseUp: true, Problem: null } ? 1d : 0))
        );
        text.Write(
            "oauthbridge_instance_entries",
            "OAuth entries of an instance by the status of their token; a status that none has is left out.",
            "gauge",
            looked.SelectMany(one =>
                one.State.Statuses.Select(pair =>
                    (PrometheusText.Labels([new("instance", one.Name), new("status", pair.Key)]), (double)pair.Value)
                )
            )
        );
        text.Write(
            "oauthbridge_instance_needs_person",
            "How many entries of an instance get no new token before a person has done something.",
            "gauge",
            looked.Where(one => one.State.LookedAt is not null).Select(one => (OfInstance(one.Name), (double)one.State.NeedPerson))
        );
        WriteProcess(text);
        return text.ToString();
    }

    private static string OfInstance(string name) => PrometheusText.Labels([new("instance", name)]);

    private static void WriteEntries(PrometheusText text, EntrySnapshot snapshot, DateTimeOffset now)
    {
        text.Write(
            "oauthbridge_database_up",
            "Whether the entries could be read from the database.",
            "gauge",
            (string.Empty, snapshot.IsDatabaseUp ? 1 : 0)
        );
        text.Write(
            "oauthbridge_entries",
            "OAuth entries by the status of their token; none at all while the database is down.",
            "gauge",
            Statuses
                .Where(_ => snapshot.IsDatabaseUp)
                .Select(status =>
                    (PrometheusText.Labels([new("status", status)]), (double)snapshot.Entries.Count(entry => entry.Token.Status == status))
                )
        );
        text.Write(
            "oauthbridge_entry_needs_person",
            "1 where an entry gets no new token before a person has done something.",
            "gauge",
            snapshot.Entries.Select(entry => (Labels(entry), entry.NeedsPerson ? 1d : 0))
        );
        text.Write(
            "oauthbridge_token_expiry_timestamp_seconds",
            "When an entry's stored access token ends, in seconds since 1970; idle ones are renewed when they are asked for.",
            "gauge",
            snapshot
                .Entries.Where(entry => entry.Token.ExpiresAt is not null)
                .Select(entry => (Labels(entry), (double)entry.Token.ExpiresAt!.Value.ToUnixTimeSeconds()))
        );
        text.Write(
            "oauthbridge_nearest_expiry_seconds",
            "Seconds until the next stored access token that still lives ends.",
            "gauge",
            snapshot
                .Entries.Select(entry => entry.Token.ExpiresAt)
                .Where(end => end > now)
                .Order()
                .Take(1)
                .Select(end => (string.Empty, Math.Floor((end!.Value - now).TotalSeconds)))
        );
    }

    private static string Labels(EntryReport entry) =>
        PrometheusText.Labels([new("entity", entry.Entity), new("entry", entry.Entry), new("provider", entry.Provider)]);

    private static void WriteProcess(PrometheusText text)
    {
        using var process = Process.GetCurrentProcess();
        text.Write(
            "oauthbridge_build_info",
            "The version of the sidecar.",
            "gauge",
            (PrometheusText.Labels([new("version", BridgeVersion.Current)]), 1)
        );
        text.Write(
            "process_start_time_seconds",
            "When the process started, in seconds since 1970.",
            "gauge",
            (string.Empty, new DateTimeOffset(process.StartTime).ToUnixTimeSeconds())
        );
        text.Write("process_resident_memory_bytes", "Resident memory.", "gauge", (string.Empty, process.WorkingSet64));
        text.Write("process_cpu_seconds_total", "Processor time.", "counter", (string.Empty, process.TotalProcessorTime.TotalSeconds));
    }
}
