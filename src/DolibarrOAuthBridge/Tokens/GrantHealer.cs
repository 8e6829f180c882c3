// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Puts the newest refresh token back where something wrote an older one over it. Stock Dolibarr does so after each of
/// its own refreshes: it stores the provider's answer and then the refresh token from before it.
/// </summary>
internal sealed partial class GrantHealer(
    DolibarrDatabase database,
    TokenTable tokens,
    TokenCodec codec,
    SupersededTable superseded,
    RememberedToken remembered,
    EventTable events,
    GrantCache cache,
    ILogger<GrantHealer> logger
)
{
    /// <summary>Whether the row's refresh token is missing or superseded while a newer one is known.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> NeedsHealingAsync(StoredGrant grant, GrantRecord record, CancellationToken cancellationToken = default) =>
        grant.RefreshHash is null
            ? record.NewestToken is not null && record.TokenRow == grant.Row.RowId && !grant.NeverExpires // another row is another consent
            : await superseded.ContainsAsync(record, grant.RefreshHash, cancellationToken);

    /// <summary>Heals the row if it needs it. The access token in it stays.</summary>
    /// <returns>Whether the row was changed.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> HealAsync(
        OAuthEntry entry,
        StoredGrant grant,
        GrantRecord record,
        CancellationToken cancellationToken = default
    )
    {
        if (!await NeedsHealingAsync(grant, record, cancellationToken))
        {
            return false;
        }

        if (Newest(entry, record) is not { } newest)
        {
            return false;
        }

        var schema = await tokens.SchemaAsync(cancellationToken);
        var value = codec.Rewrite(grant.Token.WithRefreshToken(newest), grant.Row.Value!, schema);
        var healed = await database.RunAsync(
            connection => tokens.ReplaceAsync(connection, null, grant.Row, value, cancellationToken),
            cancellationToken
        );
        cache.Forget(GrantKey.Of(entry));
        if (healed)
        {
            Log.Healed(logger, entry.Name.Service, entry.Entity);
            await events.AppendAsync(
                GrantKey.Of(entry),
                EventKind.Healed,
                $"row {grant.Row.RowId}: the newest refresh token was put back over an older one",
                cancellationToken
            );
        }

        return healed;
    }

    /// <summary>The grant with the newest refresh token that is known, whatever stands in the row. Nothing is written.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="grant">What the row holds, read under the lease and after the journal was finished.</param>
    /// <param name="record">What is remembered of it.</param>
    /// <param name="cancellationToken">Cancels the look.</param>
    /// <exception cref="BridgeException">The row holds an older refresh token, and the newest one cannot be read.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<StoredGrant> WithNewestAsync(
        OAuthEntry entry,
        StoredGrant grant,
        GrantRecord record,
        CancellationToken cancellationToken = default
    ) =>
        !await NeedsHealingAsync(grant, record, cancellationToken) ? grant
        : Newest(entry, record) is { } newest ? grant.With(grant.Token.WithRefreshToken(newest), grant.IsStored)
        : throw new BridgeException(
            ProblemCode.TokenUnreadable,
            $"The row of {entry.Name} holds an older refresh token than its provider gave last, and the newest one, which the bridge "
                + "remembers, cannot be read with the key in conf.php. Give consent again."
        );

    /// <summary>Whether the newest refresh token is known and can be read with this instance's key.</summary>
    public bool CanHeal(OAuthEntry entry, GrantRecord record) => Newest(entry, record) is not null;

    private string? Newest(OAuthEntry entry, GrantRecord record)
    {
        try
        {
            return record.NewestToken is { } newest ? remembered.Open(GrantKey.Of(entry), newest) : null;
        }
        catch (SecretUnreadableException exception)
        {
            Log.NewestUnreadable(logger, entry.Name.Service, exception.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Something wrote an old refresh token over the newest one of {Service} (entity {Entity}); it was put back."
        )]
        public static partial void Healed(ILogger logger, string service, int entity);

        [LoggerMessage(2, LogLevel.Error, "The newest refresh token of {Service} cannot be put back: {Reason}")]
        public static partial void NewestUnreadable(ILogger logger, string service, string reason);
    }
}
