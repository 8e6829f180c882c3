// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics.Metrics;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Metrics;

/// <summary>
/// What the bridge counts. The instruments are .NET's own, so that <c>dotnet-counters</c> and OpenTelemetry see them too;
/// <c>/metrics</c> shows them with dots as underscores. Every label has few values: providers, outcomes, calls.
/// </summary>
internal static class BridgeMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "DolibarrOAuthBridge";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "oauthbridge.tokens_served",
        description: "Access tokens handed out; from: stored, refreshed, or stored_after_failure where a refresh failed and the "
            + "old token still lived."
    );

    private static readonly Counter<long> Refreshes = Meter.CreateCounter<long>(
        "oauthbridge.refreshes",
        description: "Answers of providers to refreshes; outcome: refreshed or the problem code."
    );

    private static readonly Counter<long> ConsentsEnded = Meter.CreateCounter<long>(
        "oauthbridge.consents",
        description: "Consents and sign-ins that came to an end; outcome: granted or denied."
    );

    private static readonly Counter<long> Checks = Meter.CreateCounter<long>(
        "oauthbridge.checks",
        description: "Mail checks; outcome: ok or failed."
    );

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "oauthbridge.requests",
        description: "Answered HTTP requests, by the call's name in /openapi/v1.json and the status."
    );

    private static readonly Counter<long> Reloads = Meter.CreateCounter<long>(
        "oauthbridge.conf_reloads",
        description: "Reloads of conf.php; outcome: reloaded or kept."
    );

    /// <summary>Every counter.</summary>
    public static IReadOnlyList<Counter<long>> Counters => [Tokens, Refreshes, ConsentsEnded, Checks, Requests, Reloads];

    /// <summary>An access token was handed out.</summary>
    /// <param name="entry">Whose.</param>
    /// <param name="source"><c>stored</c>, <c>refreshed</c> or <c>stored_after_failure</c>.</param>
    public static void TokenServed(OAuthEntry entry, string source)
    {
        Count(Tokens, new("provider", ProviderCatalogue.Of(entry).Name), new("from", source));
    }

    /// <summary>A provider answered a refresh, or failed to.</summary>
    public static void RefreshAnswered(OAuthEntry entry, TokenAnswer answer)
    {
        var outcome = answer switch
        {
            TokenAnswer.Issued => "refreshed",
            TokenAnswer.Refused refused => Refusals.KindOf(refused.Error) switch
            {
                RefusalKind.ConsentNeeded => ProblemCode.ConsentRequired,
                RefusalKind.SettingsWrong => ProblemCode.ProviderRejected,
                _ => ProblemCode.ProviderUnavailable,
            },
            _ => ProblemCode.ProviderUnavailable,
        };
        Count(Refreshes, new("provider", ProviderCatalogue.Of(entry).Name), new("outcome", outcome));
    }

    /// <summary>A consent or sign-in came to an end.</summary>
    /// <param name="flow">One of <see cref="ConsentFlows"/>.</param>
    /// <param name="outcome">One of <see cref="Consents.ConsentStatus"/>.</param>
    public static void ConsentEnded(string flow, string outcome) => Count(ConsentsEnded, new("flow", flow), new("outcome", outcome));

    /// <summary>A mail check was made.</summary>
    /// <param name="protocol"><c>smtp</c> or <c>imap</c>.</param>
    /// <param name="ok">Whether the server let the bridge in.</param>
    public static void CheckMade(string protocol, bool ok) =>
        Count(Checks, new("protocol", protocol), new("outcome", ok ? "ok" : "failed"));

    /// <summary>A request was answered.</summary>
    public static void RequestAnswered(string call, int status) => Count(Requests, new("call", call), new("status", status));

    /// <summary>conf.php was read again.</summary>
    /// <param name="isNew">False where it could not be used and the old one stays.</param>
    public static void ConfReloaded(bool isNew) =>
        Count(Reloads, new KeyValuePair<string, object?>("outcome", isNew ? "reloaded" : "kept"));

    // By instance, where there are several.
    private static void Count(Counter<long> counter, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (CurrentInstance.Name is { } instance)
        {
            counter.Add(1, [new("instance", instance), .. tags]);
        }
        else
        {
            counter.Add(1, tags);
        }
    }
}
