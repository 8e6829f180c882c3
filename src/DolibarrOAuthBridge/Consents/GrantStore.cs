// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// Stores a freshly consented grant as stock Dolibarr would (service name, serialized token, scope list in <c>state</c>)
/// together with what the bridge remembers, in one transaction. It holds the broker's lease from before the provider is asked until
/// the row is written, so no refresh of the old grant gets in between; nothing is stored on any failure.
/// </summary>
/// <example>
/// <code>
/// await using var lease = await store.BeginAsync(entry, cancellationToken);
/// var answer = await client.PostAsync(endpoint, form);
/// var stored = await store.StoreAsync(lease, entry, NewGrant.Of(…));
/// </code>
/// </example>
internal sealed partial class GrantStore(
    DolibarrDatabase database,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    GrantHealer healer,
    EventTable events,
    GrantLeases leases,
    JournalReplay replay,
    SupersededTable superseded,
    RememberedToken remembered,
    GrantCache cache,
    TimeProvider time,
    ILogger<GrantStore> logger
)
{
    private const string TokenColumnName = "token";
    private const int MaxAttempts = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Takes the entry's lease and makes sure that a new grant can be stored, so that the provider may be asked for it. Until the lease
    /// is disposed of no process refreshes the entry.
    /// </summary>
    /// <exception cref="BridgeException"><c>token_duplicate</c>: several rows claim the entry.</exception>
    /// <exception cref="StoreException">The database failed, or cannot be written.</exception>
    public async Task<GrantLease> BeginAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        var lease = (await leases.AcquireAsync(GrantKey.Of(entry), LeaseWish.ForConsent, null, cancellationToken))!;
        try
        {
            await replay.RecoverAsync(lease.Key, cancellationToken);
            await RequireWritableAsync(entry, cancellationToken);
            return lease;
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stores a grant as the entry's own, in place of the one before.</summary>
    /// <param name="lease">The lease from <see cref="BeginAsync"/>, still held.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="grant">The grant.</param>
    /// <exception cref="BridgeException">
    /// <c>account_changed</c>: another account than before granted, without <see cref="NewGrant.ConfirmsAccountChange"/>;
    /// <c>token_duplicate</c> and <c>store_…</c> as for <see cref="BeginAsync"/>.
    /// </exception>
    public async Task<StoredConsent> StoreAsync(GrantLease lease, OAuthEntry entry, NewGrant grant)
    {
        if (lease.Key != GrantKey.Of(entry))
        {
            throw new ArgumentException($"The lease is of {lease.Key.Service}.", nameof(lease));
        }

        if (grant.Token.RefreshToken is null && !await replay.RecoverAsync(lease.Key) && replay.HoldsAnswer(lease.Key))
        {
            throw new BridgeException(
                ProblemCode.StoreNotWritable,
                $"The provider gave no refresh token, and the newest one of {entry.Name} still waits in the journal. Nothing was stored. "
                    + "Give consent again when the journal is empty."
            );
        }

        try
        {
            var stored = await WriteAsync(entry, grant);
            Log.Stored(logger, entry.Name.Service, entry.Entity, stored.RowId, stored.KeptRefreshToken);
            return stored;
        }
        catch (NotStorableException exception)
        {
            throw new BridgeException(ProblemCode.StoreNotWritable, exception.Message, innerException: exception);
        }
    }

    private async Task RequireWritableAsync(OAuthEntry entry, CancellationToken cancellationToken)
    {
        var row = await FindRowAsync(entry, cancellationToken);
        if (string.IsNullOrEmpty(row?.Value))
        {
            await tokens.RequireInsertableAsync(entry.Name, entry.Entity, string.Empty, cancellationToken);
        }
        else
        {
            // Throws where it cannot be written; that it changed does not matter.
            await tokens.CanReplaceAsync(row, cancellationToken: cancellationToken);
        }
    }

    // The row to write: the one with the token, else one without; null if there is none at all.
    private async Task<TokenRow?> FindRowAsync(OAuthEntry entry, CancellationToken cancellationToken)
    {
        var lookup = await tokens.FindAsync(entry.Name, entry.Entity, cancellationToken);
        lookup.RequireNoDuplicate(entry);
        if (lookup.OnlyRow is { Column: not TokenColumnName } described && ProviderCatalogue.Of(entry).TokenStringMembers.Count > 0)
        {
            // What stands there describes the token, which has a column of its own.
            return described with { Column = TokenColumnName, Value = null };
        }

        return lookup.OnlyRow ?? await tokens.FindVacantAsync(entry.Name, entry.Entity, cancellationToken);
    }

    // The newest consent counts, so whatever changes the row meanwhile is overwritten, not given way to.
    private async Task<StoredConsent> WriteAsync(OAuthEntry entry, NewGrant grant)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await TryWriteAsync(entry, grant) is { } stored)
                {
                    return stored;
                }
            }
            catch (StoreException exception)
                when (attempt < MaxAttempts && exception.Failure is StoreFailure.Busy or StoreFailure.Unavailable)
            {
                Log.Retrying(logger, entry.Name.Service, attempt, exception.Message);
            }

            if (attempt >= MaxAttempts)
            {
                throw new StoreException(StoreFailure.Busy, "The row changes faster than it can be written.");
            }

            await Task.Delay(FirstPause * attempt, time);
        }
    }

    // Null where the row changed between reading and writing.
    private async Task<StoredConsent?> TryWriteAsync(OAuthEntry entry, NewGrant grant)
    {
        var key = GrantKey.Of(entry);
        var record = await grants.GetAsync(key);
        var row = await FindRowAsync(entry, CancellationToken.None);
        var before = Read(row);
        var previous = PreviousGrant.Of(before, record);
        previous.RequireSameAccount(entry, grant);
        if (grant.Token.RefreshToken is null && before is not null && await healer.HealAsync(entry, before, record))
        {
            return null; // what is kept must be the newest refresh token, which stands in the row now
        }

        var token = previous.Complete(grant);
        var kept = token.RefreshToken is not null && grant.Token.RefreshToken is null;
        var value = codec.Encode(token, await FormAsync(row));
        var consent = new GrantConsent
        {
            At = Seconds(time.GetUtcNow()),
            RefreshTokenExpiresAt = kept ? record.RefreshTokenExpiresAt : grant.RefreshTokenExpiresAt,
            NewestHash = SecretHash.Of(token.RefreshToken),
            NewestToken = remembered.Seal(GrantKey.Of(entry), token.RefreshToken),
            Superseded = previous.Superseded(SecretHash.Of(token.RefreshToken)),
            Account = previous.AccountOf(grant, kept)?.Stored,
            AccountBefore = previous.AccountToCompare(grant, kept)?.Stored,
        };
        return await WriteAsync(entry, row, value, consent, TokenStrings.Of(entry, token)) is { } rowId
            ? new StoredConsent(rowId, before is not null, kept, previous.AccountOtherThan(grant))
            : null;
    }

    private async Task<long?> WriteAsync(OAuthEntry entry, TokenRow? row, string value, GrantConsent consent, string? tokenString)
    {
        var key = GrantKey.Of(entry);
        var state = entry.Scopes.Count == 0 ? null : string.Join(',', entry.Scopes); // as configured: what stock code puts there
        try
        {
            return await database.InTransactionAsync<long?>(
                async (connection, transaction) =>
                {
                    var rowId =
                        row?.RowId ?? await tokens.InsertAsync(connection, transaction, entry.Name, entry.Entity, value, state, consent.At);
                    if (row is not null && !await tokens.RegrantAsync(connection, transaction, row, value, state))
                    {
                        return null;
                    }

                    if (tokenString is not null)
                    {
                        await tokens.SetTokenStringAsync(connection, transaction, rowId, tokenString);
                    }

                    await grants.RecordConsentAsync(connection, transaction, key, consent with { RowId = rowId });
                    await superseded.AddAsync(connection, transaction, key, consent.Superseded?.Split(' ').Take(2) ?? []);
                    await events.AppendAsync(
                        connection,
                        transaction,
                        key,
                        EventKind.Consented,
                        $"row {rowId}{(consent.Account is { } account ? $", by {account}" : string.Empty)}"
                    );
                    await transaction.CommitAsync();
                    return rowId;
                }
            );
        }
        finally
        {
            cache.Forget(key);
        }
    }

    // A row that cannot be read is what a new consent repairs.
    private StoredGrant? Read(TokenRow? row)
    {
        try
        {
            return string.IsNullOrEmpty(row?.Value) ? null : StoredGrant.Decode(row, codec);
        }
        catch (TokenUnreadableException exception)
        {
            Log.Unreadable(logger, row!.Service!, row.RowId, exception.Message);
            return null;
        }
    }

    // A row keeps its cipher.
    private async Task<StoredForm> FormAsync(TokenRow? row)
    {
        try
        {
            if (codec.CanEncrypt && !string.IsNullOrEmpty(row?.Value) && StoredForm.Of(row.Value) is { IsEncrypted: true } form)
            {
                return form;
            }
        }
        catch (Dolibarr.Encryption.DolCryptException)
        {
            // Damaged beyond its own form.
        }

        return codec.FormOfNew(await tokens.SchemaAsync());
    }

    private static DateTime Seconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "A new grant of {Service} (entity {Entity}) was stored in row {Row}; kept previous refresh token: {Kept}."
        )]
        public static partial void Stored(ILogger logger, string service, int entity, long row, bool kept);

        [LoggerMessage(2, LogLevel.Warning, "The new grant of {Service} is not yet stored (attempt {Attempt}): {Reason}")]
        public static partial void Retrying(ILogger logger, string service, int attempt, string reason);

        [LoggerMessage(3, LogLevel.Warning, "The new grant of {Service} replaces row {Row}, which could not be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string service, long row, string reason);
    }
}
