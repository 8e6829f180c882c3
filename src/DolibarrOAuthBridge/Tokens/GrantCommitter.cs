// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Brings the provider's answer from its journal record into the database: the row and what the bridge remembers, in one
/// transaction, by compare-and-swap. The row is found by service and entity, since stock code deletes rows and inserts them anew, and by
/// its number where the entry was renamed meanwhile.
/// It may be called any number of times for one record, by any process.
/// </summary>
internal sealed partial class GrantCommitter(
    GrantTransactions transactions,
    TokenTable tokens,
    TokenCodec codec,
    RowValue values,
    GrantTable grants,
    SupersededTable superseded,
    RememberedToken remembering,
    BridgeSchema schema,
    EventTable events,
    AnswerOddities oddities,
    TimeProvider time,
    ILogger<GrantCommitter> logger
)
{
    private const int MaxAttempts = 6;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10); // a caller waits

    /// <summary>Writes the grant unless the row holds something newer.</summary>
    /// <param name="record">The record, with the provider's answer.</param>
    /// <param name="eventKind">What the audit trail says of it.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <exception cref="StoreException">The database cannot take it now; the record must be kept.</exception>
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
                when (attempt < MaxAttempts && time.GetElapsedTime(start) < Limit && IsWorthAnotherAttempt(exception))
            {
                Log.Retrying(logger, record.Service, attempt, exception.Message);
            }

            if (attempt >= MaxAttempts)
            {
                throw new StoreException(StoreFailure.Busy, "The row changes faster than it can be written.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50 * attempt * (1 + Random.Shared.NextDouble())), time, cancellationToken);
        }
    }

    private bool IsWorthAnotherAttempt(StoreException exception)
    {
        if (exception.Cause != StoreCause.MissingTable)
        {
            return exception.Failure is StoreFailure.Busy or StoreFailure.Unavailable;
        }

        schema.Recheck(); // one of the bridge's own tables was dropped while it was running
        return true;
    }

    // Null where the row changed between reading and writing.
    private async Task<CommitOutcome?> TryCommitAsync(JournalRecord record, string eventKind, CancellationToken cancellationToken)
    {
        var key = new GrantKey(record.Service, record.Entity);
        if (!EntryName.TryParse(record.Service, out var name) || values.Read(record, name) is not { } answered)
        {
            return CommitOutcome.NothingToStore;
        }

        await schema.EnsureAsync(cancellationToken);
        var remembered = await grants.GetAsync(key, cancellationToken);
        var rows = (await tokens.FindAsync(name, record.Entity, cancellationToken)).Rows;
        var row = rows.Count == 0 ? await FindRenamedAsync(record, cancellationToken)
            : rows is [var only] ? only
            : rows.FirstOrDefault(row => row.RowId == record.RowId);
        var renewed = new RefreshedGrant
        {
            At = record.At,
            RowId = row?.RowId ?? record.RowId,
            TokenExpiresAt = answered.Token.EndOfLife.ExpiresAt?.UtcDateTime,
            RefreshTokenExpiresAt = answered.RefreshTokenExpiresAt,
            NewestHash = SecretHash.Of(answered.Token.RefreshToken),
            NewestToken = remembering.Seal(key, answered.Token.RefreshToken),
            SupersededHash = record.OldRefreshHash,
            Owner = record.Owner,
        };
        if (row is null)
        {
            await RememberAsync(key, record, remembered, renewed, cancellationToken);
            return CommitOutcome.RowGone;
        }

        var present = Decode(row);
        if (
            present.Token.AccessToken == answered.Token.AccessToken
            && SecretHash.Of(present.RefreshToken) == renewed.NewestHash
            && remembered.NewestHash == renewed.NewestHash
        )
        {
            return CommitOutcome.Stored;
        }

        if (
            SecretHash.Of(row.Value) != record.OldValueHash
            && !await IsOlderAsync(present, answered, renewed, record, remembered, cancellationToken)
        )
        {
            await RememberAsync(key, record, remembered, renewed, cancellationToken);
            return CommitOutcome.OtherGrantKept;
        }

        var value = await values.EncodeAsync(answered.Token, present, cancellationToken);
        return await transactions.RunAsync(
            key,
            async (connection, transaction) =>
            {
                if (!await tokens.ReplaceAsync(connection, transaction, row, value.Text, cancellationToken))
                {
                    return false;
                }

                await grants.RecordRefreshAsync(connection, transaction, key, renewed, remembered, cancellationToken);
                var old = OldHashes(record, remembered, renewed).Append(ProofOfSpent(key, record, answered));
                await superseded.AddAsync(connection, transaction, key, old, cancellationToken);
                await events.AppendAsync(connection, transaction, key, eventKind, $"row {row.RowId}", cancellationToken);
                await oddities.SayAsync(connection, transaction, key, answered, value, cancellationToken);
                return true;
            },
            cancellationToken
        )
            ? CommitOutcome.Stored
            : null;
    }

    // Dolibarr renames the row together with its entry: while it holds what was read before the refresh it is still the grant's.
    private async Task<TokenRow?> FindRenamedAsync(JournalRecord record, CancellationToken cancellationToken) =>
        await tokens.FindRowAsync(record.RowId, cancellationToken) is { HasOwner: false } row
        && row.Entity == record.Entity
        && EntryName.TryParse(row.Service, out _)
        && SecretHash.Of(row.Value) == record.OldValueHash
            ? row
            : null;

    // A row that no key opens may be readable again in a moment, as when conf.php is being changed: the answer waits.
    private StoredGrant Decode(TokenRow row)
    {
        try
        {
            return StoredGrant.Decode(row, codec);
        }
        catch (TokenUnreadableException exception)
        {
            throw new StoreException(
                StoreFailure.Other,
                $"The row that the answer belongs to cannot be read. {exception.Message}",
                exception
            );
        }
    }

    // Whatever becomes of the row, the newest refresh token must be known before the journal forgets it: a row that comes back with an
    // older one is healed by it.
    private async Task RememberAsync(
        GrantKey key,
        JournalRecord record,
        GrantRecord remembered,
        RefreshedGrant renewed,
        CancellationToken cancellationToken
    )
    {
        var isNewest =
            remembered.GrantedAt == record.GrantedAt
            && remembered.IntentOwner == record.Owner // a revocation or a consent since has cleared it
            && renewed.NewestHash is { } hash
            && !await superseded.ContainsAsync(remembered, hash, cancellationToken);
        await transactions.RunAsync(
            key,
            async (connection, transaction) =>
            {
                if (isNewest)
                {
                    await grants.RecordRefreshAsync(connection, transaction, key, renewed, remembered, cancellationToken);
                }

                var old = isNewest ? OldHashes(record, remembered, renewed) : [record.OldRefreshHash, renewed.NewestHash];
                await superseded.AddAsync(
                    connection,
                    transaction,
                    key,
                    old.Where(hash => isNewest || hash != remembered.NewestHash),
                    cancellationToken
                );
                return true;
            },
            cancellationToken
        );
    }

    // The provider took the refresh token and gave another one: that is what /oauth/token honours for a while.
    private string? ProofOfSpent(GrantKey key, JournalRecord record, AnsweredToken answered) =>
        record.Previous is { Length: > 0 } previous
        && GrantView.Of(StoredTokenFormat.Parse(previous)).RefreshToken is { } spent
        && spent != answered.Token.RefreshToken
            ? superseded.ProofOf(key, spent)
            : null;

    private static IEnumerable<string?> OldHashes(JournalRecord record, GrantRecord remembered, RefreshedGrant renewed) =>
        new[] { record.OldRefreshHash, remembered.NewestHash }.Where(hash => hash != renewed.NewestHash);

    // Stock code stores first without, then with the old refresh token: either is older than what the provider answered last.
    private async Task<bool> IsOlderAsync(
        StoredGrant present,
        AnsweredToken answered,
        RefreshedGrant renewed,
        JournalRecord record,
        GrantRecord remembered,
        CancellationToken cancellationToken
    )
    {
        if (
            remembered.GrantedAt != record.GrantedAt
            || (renewed.NewestHash is { } hash && await superseded.ContainsAsync(remembered, hash, cancellationToken))
        )
        {
            return false; // the record itself is old: a new consent or newer tokens were stored since
        }

        // Where refresh tokens last, they tell nothing of age, and the access tokens do.
        return present.RefreshHash is null
            || await superseded.ContainsAsync(remembered, present.RefreshHash, cancellationToken)
            || (
                present.RefreshHash == record.OldRefreshHash
                && (renewed.NewestHash != record.OldRefreshHash || present.EndsBefore(answered.Token.EndOfLife))
            );
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
