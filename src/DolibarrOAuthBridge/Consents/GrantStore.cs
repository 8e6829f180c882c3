// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// Stores a freshly consented grant as stock Dolibarr would (service name, serialized token, scope list in <c>state</c>)
/// together with what the bridge remembers, in one transaction. It holds the broker's lease from before the provider is
/// asked until the row is written, so no refresh of the old grant gets in between; nothing is stored on any failure.
/// </summary>
/// <example>
/// <code>
/// var stored = await store.StoreAsync(entry, async cancellation =&gt;
/// {
///     var answer = await client.PostAsync(endpoint, form, cancellation);
///     return NewGrant.Of(…); // or throw: nothing is stored then
/// }, cancellationToken);
/// </code>
/// </example>
internal sealed partial class GrantStore(
    DolibarrDatabase database,
    DolibarrConf conf,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    GrantHealer healer,
    EventTable events,
    GrantLease lease,
    GrantCache cache,
    TimeProvider time,
    ILogger<GrantStore> logger
)
{
    private const string TokenColumnName = "token";
    private const int MostAttempts = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Gets a grant from the provider and stores it as the entry's own, in place of the one before.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="obtain">
    /// Asks the provider. Called once, after the row was found to be writable; what it throws is thrown on and nothing is
    /// stored. A flow that already has its tokens (device) returns them.
    /// </param>
    /// <param name="cancellationToken">Cancels until the provider was asked; from then on the grant is stored in any case.</param>
    /// <exception cref="BridgeException">
    /// <c>token_duplicate</c>: several rows claim the entry; <c>account_changed</c>: another account than before granted, without
    /// <see cref="NewGrant.ConfirmsAccountChange"/>; <c>store_not_writable</c>: the row cannot hold the grant.
    /// </exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<StoredConsent> StoreAsync(
        OAuthEntry entry,
        Func<CancellationToken, Task<NewGrant>> obtain,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            return await lease.HoldAsync(
                GrantKey.Of(entry),
                async () =>
                {
                    await RequireWritableAsync(entry, cancellationToken);
                    var grant = await obtain(cancellationToken);
                    var stored = await WriteAsync(entry, grant);
                    Log.Stored(logger, entry.Name.Service, entry.Entity, stored.RowId, stored.KeptRefreshToken);
                    return stored;
                },
                cancellationToken
            );
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
            await tokens.RequireInsertableAsync(entry.Name, entry.Entity, cancellationToken);
        }
        else
        {
            await tokens.CanReplaceAsync(row, cancellationToken); // throws where it cannot be written; that it changed does not matter
        }
    }

    // The row to write: the one with the token, else one without; null if there is none at all.
    private async Task<TokenRow?> FindRowAsync(OAuthEntry entry, CancellationToken cancellationToken)
    {
        var lookup = await tokens.FindAsync(entry.Name, entry.Entity, cancellationToken);
        lookup.RequireNoDuplicate(entry);
        if (lookup.OnlyRow is { Column: not TokenColumnName } described && ProviderCatalogue.Of(entry.Name).TokenStringMembers.Count > 0)
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
                when (attempt < MostAttempts && exception.Failure is StoreFailure.Busy or StoreFailure.Unavailable)
            {
                Log.Retrying(logger, entry.Name.Service, attempt, exception.Message);
            }

            if (attempt >= MostAttempts)
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
        var memory = await grants.GetAsync(key);
        var row = await FindRowAsync(entry, CancellationToken.None);
        var before = Read(row);
        var previous = PreviousGrant.Of(before, memory);
        previous.RequireSameAccount(entry, grant);
        if (grant.Token.RefreshToken is null && before is not null && await healer.HealAsync(entry, before, memory))
        {
            return null; // what is kept must be the newest refresh token, which stands in the row now
        }

        var token = previous.Complete(grant);
        var kept = token.RefreshToken is not null && grant.Token.RefreshToken is null;
        var value = codec.Encode(token, await FormAsync(row));
        var consent = new GrantConsent
        {
            At = Seconds(time.GetUtcNow()),
            RefreshTokenExpiresAt = kept ? memory.RefreshTokenExpiresAt : grant.RefreshTokenExpiresAt,
            NewestHash = SecretHash.Of(token.RefreshToken),
            NewestToken =
                token.RefreshToken is not { } refreshToken || conf.Keys.WriteKey is not { Length: > 0 }
                    ? token.RefreshToken
                    : codec.EncryptText(refreshToken),
            Superseded = previous.Superseded(SecretHash.Of(token.RefreshToken)),
            Account = (grant.Account ?? (kept ? previous.Account : null))?.Stored,
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
            var connection = await database.OpenAsync();
            await using (connection)
            {
                var transaction = await connection.BeginTransactionAsync();
                await using (transaction)
                {
                    var rowId = row?.RowId
                        ?? await tokens.InsertAsync(connection, transaction, entry.Name, entry.Entity, value, state, consent.At);
                    if (row is not null && !await tokens.RegrantAsync(connection, transaction, row, value, state))
                    {
                        return null;
                    }

                    if (tokenString is not null)
                    {
                        await tokens.SetTokenStringAsync(connection, transaction, rowId, tokenString);
                    }

                    await grants.RecordConsentAsync(connection, transaction, key, consent with { RowId = rowId });
                    await events.AppendAsync(
                        connection,
                        transaction,
                        key,
                        "consented",
                        $"row {rowId}{(consent.Account is { } account ? $", by {account}" : string.Empty)}"
                    );
                    await transaction.CommitAsync();
                    return rowId;
                }
            }
        }
        catch (Exception exception) when (StoreException.IsFromStore(exception))
        {
            throw StoreException.From(exception);
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

    // A row keeps its form. For a new one: releases that know no state column read no encrypted token either.
    private async Task<StoredForm> FormAsync(TokenRow? row)
    {
        if (conf.Keys.WriteKey is not { Length: > 0 })
        {
            return StoredForm.Plain;
        }

        if (!string.IsNullOrEmpty(row?.Value))
        {
            try
            {
                return StoredForm.Of(row.Value);
            }
            catch (Dolibarr.Encryption.DolCryptException)
            {
                return StoredForm.Encrypted(); // damaged beyond its own form
            }
        }

        return (await tokens.SchemaAsync()).Has("state") ? StoredForm.Encrypted() : StoredForm.Plain;
    }

    private static DateTime Seconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "A new grant of {Service} (entity {Entity}) was stored in row {Row}; refresh token of before kept: {Kept}."
        )]
        public static partial void Stored(ILogger logger, string service, int entity, long row, bool kept);

        [LoggerMessage(2, LogLevel.Warning, "The new grant of {Service} is not yet stored (attempt {Attempt}): {Reason}")]
        public static partial void Retrying(ILogger logger, string service, int attempt, string reason);

        [LoggerMessage(3, LogLevel.Warning, "The new grant of {Service} replaces row {Row}, which could not be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string service, long row, string reason);
    }
}
