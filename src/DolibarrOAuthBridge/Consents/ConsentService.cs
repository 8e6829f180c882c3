// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Consents;

/// <summary>Where consents begin, by whichever flow, and where one asks how they stand.</summary>
internal sealed class ConsentService(
    EntryDirectory entries,
    EntryReporter reporter,
    EntryFlows entryFlows,
    ConsentTable consents,
    IEnumerable<IConsentFlow> flows
)
{
    private const int LongestValue = 512; // characters
    private const int LongestRedirectUri = 2048;

    private static readonly SearchValues<char> Controls = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(code => (char)code),
        '\u007f',
    ]);

    /// <summary>Begins a consent.</summary>
    /// <param name="name">Entry or service name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="flow">One of <see cref="ConsentFlows"/>; null for the provider's first.</param>
    /// <param name="consentOptions">What the caller says about it.</param>
    /// <param name="cancellationToken">Cancels before anything was begun.</param>
    /// <exception cref="BridgeException">It cannot begin; the message says what to do.</exception>
    public async Task<ConsentStarted> BeginAsync(
        string name,
        int entity,
        string? flow,
        ConsentOptions consentOptions,
        CancellationToken cancellationToken = default
    )
    {
        RequireText(consentOptions.SessionBinding, "session_binding", LongestValue);
        RequireText(consentOptions.LoginHint, "login_hint", LongestValue);
        RequireText(consentOptions.RedirectUri, "redirect_uri", LongestRedirectUri);
        var entry = await entries.GetAsync(name, entity, cancellationToken);
        var chosen = flows.FirstOrDefault(known => (flow is null || known.Name == flow) && entryFlows.Has(entry, known.Name))
            ?? throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"{entry.Name} cannot be granted by flow {(flows.Any(known => known.Name == flow) ? flow : "of that name")}; "
                    + $"it can by {string.Join(" or ", entryFlows.Of(entry))}."
            );
        EntrySettings.RequireComplete(entry);
        try
        {
            return await chosen.BeginAsync(entry, consentOptions, cancellationToken);
        }
        catch (ProviderConfigurationException exception)
        {
            throw exception.About(entry.Name);
        }
    }

    /// <summary>How a consent stands. Sign-ins are not told here.</summary>
    /// <param name="consentId">What <see cref="BeginAsync"/> gave.</param>
    /// <param name="entity">The company that asks: another one's consents do not exist for it.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="BridgeException"><c>not_found</c>: no such consent, or forgotten by now.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<ConsentState> GetAsync(string consentId, int entity, CancellationToken cancellationToken = default)
    {
        if (
            await consents.FindAsync(consentId, cancellationToken) is not { Flow: ConsentFlows.Code or ConsentFlows.Device } row
            || row.Key.Entity != entity
        )
        {
            throw new BridgeException(
                ProblemCode.NotFound,
                "This company has no such consent, or its time was over more than an hour ago."
            );
        }

        return new ConsentState
        {
            ConsentId = row.ConsentId,
            Status = row.Status == ConsentStatus.Redeeming ? ConsentStatus.Pending : row.Status,
            Flow = row.Flow,
            Service = row.Key.Service,
            Detail = row.Status == ConsentStatus.Denied ? row.Detail : null,
            ExpiresAt = new DateTimeOffset(DateTime.SpecifyKind(row.ExpiresAt, DateTimeKind.Utc)),
            Token =
                row.Status == ConsentStatus.Granted
                    ? (await reporter.GetAsync(row.Key.Service, row.Key.Entity, cancellationToken)).Token
                    : null,
        };
    }

    /// <summary>Ends a pending consent: whatever the provider answers later, nothing is stored.</summary>
    /// <returns>Whether it was pending.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> AbandonAsync(string consentId, string reason, CancellationToken cancellationToken = default) =>
        await consents.FindAsync(consentId, cancellationToken) is { } row
        && await consents.TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Denied, reason, cancellationToken);

    /// <summary>Refuses a text that is empty, too long or has control characters; none at all is fine.</summary>
    internal static void RequireText(string? value, string name, int longest)
    {
        if (value is not null && (string.IsNullOrWhiteSpace(value) || value.Length > longest || value.AsSpan().ContainsAny(Controls)))
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"{name} must be a text of at most {longest} characters without control characters."
            );
        }
    }
}
