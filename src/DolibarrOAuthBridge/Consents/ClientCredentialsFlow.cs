// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.AppOnly;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Metrics;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Consents;

/// <summary>The first grant of an app-only entry: nobody is asked, so it is stored at once.</summary>
internal sealed class ClientCredentialsFlow(AppOnlyClient client, GrantStore store, EntryReporter reporter, TimeProvider time)
    : IConsentFlow
{
    /// <inheritdoc />
    public string Name => ConsentFlows.ClientCredentials;

    /// <inheritdoc />
    public async Task<ConsentStarted> BeginAsync(
        OAuthEntry entry,
        ConsentOptions consentOptions,
        CancellationToken cancellationToken = default
    )
    {
        await using (var lease = await store.BeginAsync(entry, cancellationToken))
        {
            await store.StoreAsync(lease, entry, await ObtainAsync(entry, cancellationToken));
        }

        BridgeMeter.ConsentEnded(Name, ConsentStatus.Granted);
        var report = await reporter.GetAsync(entry.Name.ToString(), entry.Entity, cancellationToken);
        return new ConsentStarted
        {
            Entry = report.Entry,
            Status = report.Token.Status,
            Token = report.Token,
        };
    }

    private async Task<NewGrant> ObtainAsync(OAuthEntry entry, CancellationToken cancellationToken) =>
        await client.RequestAsync(entry, cancellationToken) switch
        {
            TokenAnswer.Issued issued => NewGrant.Of(
                issued.Response,
                ProviderCatalogue.Of(entry),
                time.GetUtcNow(),
                account: GrantAccount.Of(null, entry.ServiceAccount?.Subject),
                confirmsAccountChange: false
            ),
            TokenAnswer.Refused refused => throw new BridgeException(
                ProblemCode.ProviderRejected,
                $"The provider gives no token for {entry.Name} ({refused.Reason}). "
                    + $"{Refusals.Advice(refused.Error)} What was stored before stays."
            ),
            TokenAnswer.Unavailable unavailable => throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{unavailable.Detail} {entry.Name} gets no token now; what was stored before stays.",
                unavailable.RetryAfter
            ),
            var other => throw new InvalidOperationException($"Unexpected token endpoint result {other.GetType().Name}."),
        };
}
