// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Tokens.Renewal;

/// <summary>
/// The work in the background: at start and every half minute it heals rows that stock code spoiled and starts the renewals that are
/// due. One grant's failure stops neither the others nor the service, and a slow provider delays only its own grants.
/// </summary>
internal sealed partial class RenewalService(
    EntryDirectory entries,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    GrantRenames renames,
    GrantHealer healer,
    SeenSecrets secrets,
    JournalWatch journal,
    RefreshFlights flights,
    RenewalPolicies policies,
    ProviderDirectory providers,
    Housekeeping housekeeping,
    LookSaver looks,
    BridgeOptions options,
    TimeProvider time,
    ILogger<RenewalService> logger
) : BackgroundService
{
    private const int AtOncePerHost = 4;

    // Pauses within the time that a renewal is ahead of the end of its token, at least.
    private const int PausesAhead = 2;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<GrantKey, Task> _renewals = new();

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await flights.DrainAsync(cancellationToken); // a refresh under way is finished, not cut off
    }

    /// <summary>Looks through all grants once and waits for the renewals that it started.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        await journal.RecoverAsync(cancellationToken);
        await StartRenewalsAsync(cancellationToken);
        await Task.WhenAll(_renewals.Values);
        await housekeeping.RunAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the server must not wait for the first look
        var watching = journal.RunAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var (begun, entries) = (time.GetTimestamp(), 0);
            try
            {
                entries = await StartRenewalsAsync(stoppingToken);
                await housekeeping.RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // whatever it is, the next look must happen
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.PassFailed(logger, exception, options.RenewalInterval);
            }

            var longest = options.RenewAhead / PausesAhead;
            var pause = LargePass.Pause(options.RenewalInterval, entries, time.GetElapsedTime(begun), longest);
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await watching;
    }

    private async Task<int> StartRenewalsAsync(CancellationToken cancellationToken)
    {
        var (ends, isSettled) = (new List<DateTimeOffset?>(), true);
        try
        {
            if (!await looks.IsNeededAsync(by: null, cancellationToken))
            {
                return looks.Entries;
            }

            var all = await tokens.ListAsync(cancellationToken);
            await secrets.NoteSettingsAsync(cancellationToken);
            foreach (var company in all.GroupBy(row => row.Entity))
            {
                var entriesOfCompany = await entries.ListAsync(company.Key, cancellationToken);
                secrets.NoteRows(company, entriesOfCompany);
                if (company.Key <= 0)
                {
                    continue; // no company's: nobody reads such a row
                }

                var records = await grants.ListAsync(company.Key, cancellationToken);
                var byRow = GrantRenames.ByRow(records.Values);
                var policy = await policies.OfAsync(company.Key, cancellationToken);
                var rows = company
                    .Where(row => !row.HasOwner && !string.IsNullOrEmpty(row.Value) && row.Service is not null)
                    .ToLookup(row => row.Service!, StringComparer.OrdinalIgnoreCase);
                foreach (var entry in entriesOfCompany)
                {
                    if (rows[entry.Name.Service].Where(row => entry.Name.Owns(row.Service)).ToList() is [var row])
                    {
                        var record = records.GetValueOrDefault(entry.Name.Service) ?? new GrantRecord { Service = entry.Name.Service };
                        if (
                            GrantRenames.Former(record, row, byRow, service => rows[service].Any()) is { } former
                            && await renames.FollowAsync(former, row, GrantKey.Of(entry), cancellationToken)
                        )
                        {
                            ends.Add(null);
                            isSettled = false; // the next look reads what is known by the new name
                            continue;
                        }

                        var (end, isDone) = await VisitAsync(entry, row, record, policy, cancellationToken);
                        ends.Add(end);
                        isSettled &= isDone;
                    }
                }
            }

            looks.Looked(ends.Count, isSettled ? ends : null);
            LargePass.ReleaseMemory(ends.Count);
        }
        catch (Exception exception) when (exception is StoreException or BridgeException)
        {
            Log.NoDatabase(logger, exception.Message);
        }

        return ends.Count;
    }

    // When its access token ends, and whether nothing is left to be done for it now.
    private async Task<(DateTimeOffset? End, bool IsDone)> VisitAsync(
        OAuthEntry entry,
        TokenRow row,
        GrantRecord record,
        RenewalPolicy policy,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var grant = StoredGrant.Decode(row, codec);
            if (!record.IsPaused)
            {
                await healer.HealAsync(entry, grant, record, cancellationToken);
            }

            if (RenewalPlan.IsDue(ProviderCatalogue.Of(entry), grant, record, policy, options, time.GetUtcNow()))
            {
                Start(entry, cancellationToken);
                return (grant.ExpiresAt, false);
            }

            if (record.TokenExpiresAt != grant.ExpiresAt?.UtcDateTime)
            {
                // Stock code wrote the row: whoever reads the bridge's table with plain SQL wants its expiry too.
                await grants.RecordExpiryAsync(GrantKey.Of(entry), grant.ExpiresAt?.UtcDateTime, cancellationToken);
            }

            return (grant.ExpiresAt, true);
        }
        catch (TokenUnreadableException)
        {
            return (null, true); // said wherever somebody looks at the entry; every half minute in the log would help nobody
        }
        catch (Exception exception) when (exception is BridgeException or StoreException)
        {
            Log.NotRenewed(logger, entry.Name.Service, entry.Entity, exception.Message);
        }
#pragma warning disable CA1031 // a fault in one grant must not keep the others from their renewal
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Log.GrantFailed(logger, exception, entry.Name.Service, entry.Entity);
        }

        return (null, false);
    }

    // In the background, a few at once for each provider's host: the pass does not wait for any of them.
    private void Start(OAuthEntry entry, CancellationToken cancellationToken)
    {
        var key = GrantKey.Of(entry);
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var renewal = RenewAsync();
        if (_renewals.TryAdd(key, renewal))
        {
            start.SetResult();
        }
        else
        {
            start.SetCanceled(cancellationToken); // the one before still runs
        }

        async Task RenewAsync()
        {
            try
            {
                await start.Task;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                var host = _hosts.GetOrAdd(await HostAsync(entry), static _ => new SemaphoreSlim(AtOncePerHost));
                await host.WaitAsync(cancellationToken);
                try
                {
                    await flights.JoinAsync(entry, new RefreshDemand(options.RenewAhead) { IsAwaited = false }, cancellationToken);
                }
                finally
                {
                    host.Release();
                }
            }
            catch (OperationCanceledException)
            {
                // The sidecar stops.
            }
            catch (Exception exception) when (exception is BridgeException or StoreException)
            {
                Log.NotRenewed(logger, entry.Name.Service, entry.Entity, exception.Message);
            }
#pragma warning disable CA1031 // nobody waits for this task
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.GrantFailed(logger, exception, entry.Name.Service, entry.Entity);
            }
            finally
            {
                _renewals.TryRemove(key, out _);
            }
        }
    }

    private async Task<string> HostAsync(OAuthEntry entry)
    {
        try
        {
            return (await providers.FindAsync(entry, ProviderEndpoint.TokenEndpoint))?.Authority ?? entry.Name.Provider.Key;
        }
        catch (Exception exception) when (exception is ProviderConfigurationException or BridgeException)
        {
            return entry.Name.Provider.Key;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The renewal waits for the database: {Reason}")]
        public static partial void NoDatabase(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Debug, "{Service} (entity {Entity}) was not renewed: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(3, LogLevel.Error, "Renewal pass failed, retrying in {Interval}.")]
        public static partial void PassFailed(ILogger logger, Exception exception, TimeSpan interval);

        [LoggerMessage(4, LogLevel.Error, "The renewal of {Service} (entity {Entity}) failed unexpectedly.")]
        public static partial void GrantFailed(ILogger logger, Exception exception, string service, int entity);
    }
}
