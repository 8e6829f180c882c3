// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens.Renewal;

/// <summary>
/// The work that nobody asks for: at start and every half minute it finishes cut-off refreshes, heals rows that stock
/// code spoiled, and renews the grants that are due. One grant's failure stops neither the others nor the service.
/// </summary>
internal sealed partial class RenewalService(
    EntryDirectory entries,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    GrantHealer healer,
    JournalReplay replay,
    RefreshFlights flights,
    RenewalPolicies policies,
    BridgeOptions options,
    TimeProvider time,
    ILogger<RenewalService> logger
) : BackgroundService
{
    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await flights.DrainAsync(cancellationToken); // a refresh under way is finished, not cut off
    }

    /// <summary>Looks through all grants once.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await replay.RunAsync(cancellationToken);
            foreach (var company in (await tokens.ListAsync(cancellationToken)).GroupBy(row => row.Entity))
            {
                var memory = await grants.ListAsync(company.Key, cancellationToken);
                var policy = await policies.OfAsync(company.Key, cancellationToken);
                foreach (var entry in await entries.ListAsync(company.Key, cancellationToken))
                {
                    var rows = company
                        .Where(row => entry.Name.Owns(row.Service) && !row.HasOwner && !string.IsNullOrEmpty(row.Value))
                        .ToList();
                    if (rows is [var row])
                    {
                        await VisitAsync(
                            entry,
                            row,
                            memory.GetValueOrDefault(entry.Name.Service) ?? new GrantRecord(),
                            policy,
                            cancellationToken
                        );
                    }
                }
            }
        }
        catch (Exception exception) when (exception is StoreException or BridgeException)
        {
            Log.NoDatabase(logger, exception.Message);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the server must not wait for the first look
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
                await Task.Delay(options.RenewalInterval, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever it is, the next look must happen
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.Unexpected(logger, exception);
                await Task.Delay(options.RenewalInterval, time, CancellationToken.None);
            }
        }
    }

    private async Task VisitAsync(
        OAuthEntry entry,
        TokenRow row,
        GrantRecord memory,
        RenewalPolicy policy,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var grant = StoredGrant.Decode(row, codec);
            await healer.HealAsync(entry, grant, memory, cancellationToken);
            if (RenewalPlan.IsDue(ProviderCatalogue.Of(entry.Name), grant, memory, policy, options, time.GetUtcNow()))
            {
                await flights.JoinAsync(entry, new RefreshDemand(options.RenewAhead), cancellationToken);
            }
            else if (memory.TokenExpiresAt != grant.ExpiresAt?.UtcDateTime)
            {
                // Stock code wrote the row: whoever looks at the memory with plain SQL wants its expiry too.
                await grants.RecordExpiryAsync(GrantKey.Of(entry), grant.ExpiresAt?.UtcDateTime, cancellationToken);
            }
        }
        catch (TokenUnreadableException)
        {
            // Said wherever somebody looks at the entry; every half minute in the log would help nobody.
        }
        catch (Exception exception) when (exception is BridgeException or StoreException)
        {
            Log.NotRenewed(logger, entry.Name.Service, entry.Entity, exception.Message);
        }
#pragma warning disable CA1031 // a grant that nobody foresaw must not keep the others from their renewal
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Log.Unexpected(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The renewal waits for the database: {Reason}")]
        public static partial void NoDatabase(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Debug, "{Service} (entity {Entity}) was not renewed: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(3, LogLevel.Error, "The renewal failed and goes on.")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
