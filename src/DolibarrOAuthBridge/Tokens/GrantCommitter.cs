// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Brings a refreshed grant from its journal record into the database: the row and what the bridge remembers, in one
/// transaction, by compare-and-swap. It may be called any number of times for one record, by any process.
/// </summary>
internal sealed partial class GrantCommitter(
    DolibarrDatabase database,
    DolibarrConf conf,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    EventTable events,
    GrantCache cache,
    TimeProvider time,
    ILogger<GrantCommitter> logger
)
{
    private const int MostAttempts = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10); // well within the lease, and a caller waits

    /// <summary>Writes the grant unless the row holds something newer.</summary>
    /// <exception cref="StoreException">The database failed beyond patience; the record must be kept.</exception>
    public async Task<CommitOutcome> CommitAsync(JournalRecord record, string eventKind, CancellationToken cancellationToken = default)
    {
        var start = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await TryCommitAsync(record, eventKind, cancellationToken) is { } outcome)
                {
                    return outcome;
                }
            }
            catch (StoreException exception)
                when (attempt < MostAttempts
                    && time.GetElapsedTime(start) < Patience
                    && exception.Failure is StoreFailure.Busy or StoreFailure.Unavailable
                )
            {
                Log.Retrying(logger, record.Service, attempt, exception.Message);
            }

            if (attempt >= MostAttempts)
            {
                throw new StoreException(StoreFailure.Busy, "The row changes faster than it can be written.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50 * attempt * (1 + Random.Shared.NextDouble())), time, cancellationToken);
        }
    }

    // Null where the row changed between reading and writing.
    private async Task<CommitOutcome?> TryCommitAsync(JournalRecord record, string eventKind, CancellationToken cancellationToken)
    {
        var key = new GrantKey(record.Service, record.Entity);
        var memory = await grants.GetAsync(key, cancellationToken);
        var row = await tokens.FindRowAsync(record.RowId, cancellationToken);
        if (row?.Value is null || row.Entity != record.Entity || row.HasOwner)
        {
            return CommitOutcome.RowGone;
        }

        if (row.Value == record.NewValue)
        {
            return CommitOutcome.Stored;
        }

        var renewed = StoredGrant.Decode(row with { Value = record.NewValue }, codec);
        var (newest, newestHash) = (renewed.RefreshToken, renewed.RefreshHash);
        if (SecretHash.Of(row.Value) != record.OldValueHash && !IsOlder(row, renewed, record, memory))
        {
            return CommitOutcome.OtherGrantKept;
        }

        var renewal = new GrantRenewal
        {
            At = record.At,
            TokenExpiresAt = renewed.ExpiresAt?.UtcDateTime,
            RefreshTokenExpiresAt = record.RefreshTokenExpiresAt,
            NewestHash = newestHash,
            RowId = row.RowId,
            NewestToken = newest is null || conf.Keys.WriteKey is not { Length: > 0 } ? newest : codec.EncryptText(newest), // without a key Dolibarr stores in clear
            Superseded = memory.WithSuperseded(record.OldRefreshHash == newestHash ? null : record.OldRefreshHash),
        };
        return await WriteAsync(row, record, renewal, eventKind, cancellationToken) ? CommitOutcome.Stored : null;
    }

    private async Task<bool> WriteAsync(
        TokenRow row,
        JournalRecord record,
        GrantRenewal renewal,
        string eventKind,
        CancellationToken cancellationToken
    )
    {
        var key = new GrantKey(record.Service, record.Entity);
        try
        {
            var connection = await database.OpenAsync(cancellationToken);
            await using (connection)
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using (transaction)
                {
                    if (!await tokens.ReplaceAsync(connection, transaction, row, record.NewValue!, cancellationToken))
                    {
                        return false;
                    }

                    await grants.RecordRenewalAsync(connection, transaction, key, renewal, cancellationToken);
                    await events.AppendAsync(connection, transaction, key, eventKind, $"row {row.RowId}", cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                    return true;
                }
            }
        }
        catch (Exception exception) when (StoreException.IsFromStore(exception))
        {
            throw StoreException.From(exception);
        }
        finally
        {
            cache.Forget(key); // also after a failure: the commit may have arrived
        }
    }

    // Stock code stores first without, then with the old refresh token: either is older than what the provider answered last.
    private bool IsOlder(TokenRow row, StoredGrant renewed, JournalRecord record, GrantRecord memory)
    {
        try
        {
            var present = StoredGrant.Decode(row, codec);
            if (memory.GrantedAt != record.GrantedAt || (renewed.RefreshHash is { } hash && memory.IsSuperseded(hash)))
            {
                return false; // the record itself is old: a new consent or newer tokens were stored since
            }

            // Where refresh tokens last, they tell nothing of age, and the access tokens do.
            return present.RefreshHash is null
                || memory.IsSuperseded(present.RefreshHash)
                || (
                    present.RefreshHash == record.OldRefreshHash
                    && (renewed.RefreshHash != record.OldRefreshHash || present.EndsBefore(renewed))
                );
        }
        catch (TokenUnreadableException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "The refreshed grant of {Service} is not yet stored (attempt {Attempt}): {Reason} It is safe in the journal."
        )]
        public static partial void Retrying(ILogger logger, string service, int attempt, string reason);
    }
}
