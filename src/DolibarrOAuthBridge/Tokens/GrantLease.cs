// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// The lease of a grant while it is held: no other process refreshes that grant or writes a new consent. It is prolonged until it is
/// disposed of, which gives it back.
/// </summary>
internal sealed partial class GrantLease : IAsyncDisposable
{
    private readonly GrantLeaseTable _table;
    private readonly UnreleasedLeases _unreleased;
    private readonly BridgeOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _prolonging;
    private bool _isKept;

    internal GrantLease(
        GrantLeaseTable table,
        UnreleasedLeases unreleased,
        BridgeOptions options,
        TimeProvider time,
        ILogger logger,
        GrantKey key,
        string owner
    )
    {
        (_table, _unreleased, _options, _logger, Key, Owner) = (table, unreleased, options, logger, key, owner);
        _prolonging = ProlongAsync(time);
    }

    /// <summary>The grant.</summary>
    public GrantKey Key { get; }

    /// <summary>The lease's name in the database.</summary>
    public string Owner { get; }

    /// <summary>
    /// Writes into the database which refresh token is about to be spent, if the lease is still held. Nobody else spends that token until
    /// the answer is stored.
    /// </summary>
    /// <param name="refreshHash">Hash of the refresh token; null where none is spent.</param>
    /// <param name="rowId">The row of the token table, by which the grant is found if its entry is renamed meanwhile.</param>
    /// <returns>False if the lease was lost; nothing may be spent then.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<bool> AnnounceAsync(string? refreshHash, long rowId) =>
        _table.TryAnnounceAsync(Key, Owner, refreshHash, rowId, _options.LeaseDuration);

    /// <summary>Leaves the lease as it is: the journal holds an answer that is not in the database yet.</summary>
    public void Keep() => _isKept = true;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _prolonging;
        _stop.Dispose();
        try
        {
            if (!_isKept)
            {
                await _table.ReleaseAsync(Key, Owner);
            }
        }
        catch (StoreException exception)
        {
            _unreleased.Add(Key, Owner);
            Log.NotReleased(_logger, Key.Service, exception.Message);
        }
        finally
        {
            LeaseOwners.End(Owner);
        }
    }

    private async Task ProlongAsync(TimeProvider time)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            try
            {
                await Task.Delay(_options.LeaseDuration / 3, time, _stop.Token);
                await _table.ProlongAsync(Key, Owner, _options.LeaseDuration, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (StoreException exception)
            {
                Log.NotProlonged(_logger, Key.Service, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lease of {Service} could not be given back, which is tried again: {Reason}")]
        public static partial void NotReleased(ILogger logger, string service, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The lease of {Service} could not be prolonged: {Reason}")]
        public static partial void NotProlonged(ILogger logger, string service, string reason);
    }
}
