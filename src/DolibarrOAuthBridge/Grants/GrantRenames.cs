// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Grants;

/// <summary>
/// Follows an entry that was renamed in Dolibarr, which gives its token row the new service name: what is remembered of the grant
/// (consent, account, pause) goes with the row. What was remembered under the new name meanwhile takes the old one, since rows of
/// <c>oauthbridge_grant</c> are not deleted.
/// </summary>
internal sealed partial class GrantRenames(
    DolibarrDatabase database,
    BridgeSchema schema,
    RememberedToken remembered,
    EventTable events,
    ILogger<GrantRenames> logger
)
{
    private string Table => database.Table("oauthbridge_grant");

    /// <summary>What is remembered of a row's grant under a former name; null if nothing is, or that name has a row itself.</summary>
    /// <param name="record">What is remembered under the present name.</param>
    /// <param name="row">The token row.</param>
    /// <param name="company">What is remembered of the company's grants.</param>
    /// <param name="hasRow">Whether a service has a token row.</param>
    public static GrantRecord? Former(GrantRecord record, TokenRow row, IEnumerable<GrantRecord> company, Func<string, bool> hasRow) =>
        record.GrantedAt is null
            ? company.FirstOrDefault(one =>
                one.GrantedAt is not null && one.TokenRow == row.RowId && one.Service != record.Service && !hasRow(one.Service)
            )
            : null;

    /// <summary>Moves what is remembered to the present name.</summary>
    /// <param name="former">What is remembered under the former name.</param>
    /// <param name="key">The grant by its present name.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>False where a refresh is under way under either name: the next look tries again.</returns>
    public async Task<bool> FollowAsync(GrantRecord former, GrantKey key, CancellationToken cancellationToken = default)
    {
        try
        {
            await schema.EnsureAsync(cancellationToken);
            var moved = await MoveAsync(former, key, cancellationToken);
            if (moved)
            {
                Log.Followed(logger, former.Service, key.Service, key.Entity);
            }

            return moved;
        }
        catch (StoreException exception)
        {
            Log.NotFollowed(logger, former.Service, key.Service, key.Entity, exception.Message);
            return false;
        }
    }

    private async Task<bool> MoveAsync(GrantRecord former, GrantKey key, CancellationToken cancellationToken)
    {
        const string Idle = "lease_owner IS NULL AND intent_owner IS NULL";
        (string, object?)[] parameters =
        [
            ("former", former.Service),
            ("present", key.Service),
            ("between", key.Service + "~"),
            ("entity", key.Entity),
            ("row", former.TokenRow),
            ("newest", Reseal(former, key)),
        ];
        try
        {
            var connection = await database.OpenAsync(cancellationToken);
            await using (connection)
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using (transaction)
                {
                    await connection.ExecuteAsync(
                        $"""
                        UPDATE {Table} SET service = @between
                         WHERE service = @present AND entity = @entity AND granted_at IS NULL AND {Idle}
                        """,
                        parameters,
                        cancellationToken,
                        transaction
                    );
                    var moved = await connection.ExecuteAsync(
                        $"""
                        UPDATE {Table} SET service = @present, newest_token = @newest
                         WHERE service = @former AND entity = @entity AND token_row = @row AND {Idle}
                        """,
                        parameters,
                        cancellationToken,
                        transaction
                    );
                    if (moved != 1)
                    {
                        return false; // the transaction is taken back
                    }

                    await connection.ExecuteAsync(
                        $"UPDATE {Table} SET service = @former, token_row = NULL WHERE service = @between AND entity = @entity",
                        parameters,
                        cancellationToken,
                        transaction
                    );
                    await events.AppendAsync(
                        connection,
                        transaction,
                        key,
                        EventKind.Renamed,
                        $"it was {former.Service}",
                        cancellationToken
                    );
                    await transaction.CommitAsync(cancellationToken);
                    return true;
                }
            }
        }
        catch (Exception exception) when (StoreException.IsFromStore(exception))
        {
            throw StoreException.From(exception);
        }
    }

    // It is sealed for its grant's name. One that cannot be opened heals nothing, under any name.
    private string? Reseal(GrantRecord former, GrantKey key)
    {
        try
        {
            return former.NewestToken is { } sealedToken
                ? remembered.Seal(key, remembered.Open(new GrantKey(former.Service, former.Entity), sealedToken))
                : null;
        }
        catch (SecretUnreadableException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "{Former} was renamed to {Present} (entity {Entity}); what is known of its grant followed."
        )]
        public static partial void Followed(ILogger logger, string former, string present, int entity);

        [LoggerMessage(
            2,
            LogLevel.Debug,
            "What is known of the grant of {Former} does not follow to {Present} (entity {Entity}): {Reason}"
        )]
        public static partial void NotFollowed(ILogger logger, string former, string present, int entity, string reason);
    }
}
