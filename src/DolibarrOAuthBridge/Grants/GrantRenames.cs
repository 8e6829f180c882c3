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
    TokenCodec codec,
    RememberedToken remembered,
    EventTable events,
    ILogger<GrantRenames> logger
)
{
    private string Table => database.Table("oauthbridge_grant");

    /// <summary>What is remembered of a row's grant under a former name; null if nothing is, or that name has a row itself.</summary>
    /// <param name="record">What is remembered under the present name.</param>
    /// <param name="row">The token row.</param>
    /// <param name="byRow">What is remembered of the company's grants, by token row.</param>
    /// <param name="hasRow">Whether a service has a token row.</param>
    public static GrantRecord? Former(GrantRecord record, TokenRow row, ILookup<long?, GrantRecord> byRow, Func<string, bool> hasRow) =>
        record.GrantedAt is null
            ? byRow[row.RowId].FirstOrDefault(one => one.Service != record.Service && Tells(one, record) && !hasRow(one.Service))
            : null;

    /// <summary>What is remembered of grants, by token row.</summary>
    public static ILookup<long?, GrantRecord> ByRow(IEnumerable<GrantRecord> company) =>
        company.Where(static one => one.TokenRow is not null).ToLookup(static one => one.TokenRow);

    // Without a consent or a pause it says nothing that a refresh under the present name has not said anew.
    private static bool Tells(GrantRecord former, GrantRecord present) =>
        former.GrantedAt is not null || former.IsPaused || present.TokenRow != former.TokenRow;

    /// <summary>Moves what is remembered to the present name.</summary>
    /// <param name="former">What is remembered under the former name.</param>
    /// <param name="row">The token row.</param>
    /// <param name="key">The grant by its present name.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>False where a refresh is under way under either name: the next look tries again.</returns>
    public async Task<bool> FollowAsync(GrantRecord former, TokenRow row, GrantKey key, CancellationToken cancellationToken = default)
    {
        try
        {
            await schema.EnsureAsync(cancellationToken);
            var moved = await MoveAsync(former, key, Reseal(former, row, key), cancellationToken);
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

    private async Task<bool> MoveAsync(GrantRecord former, GrantKey key, string? newest, CancellationToken cancellationToken)
    {
        const string Idle = "lease_owner IS NULL AND intent_owner IS NULL";
        (string, object?)[] parameters =
        [
            ("former", former.Service),
            ("present", key.Service),
            ("between", key.Service + "~"),
            ("entity", key.Entity),
            ("row", former.TokenRow),
            ("newest", newest),
            ("known", former.NewestToken ?? string.Empty),
        ];
        return await database.InTransactionAsync(
            async (connection, transaction) =>
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
                       AND COALESCE(newest_token, '') = @known
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
                await events.AppendAsync(connection, transaction, key, EventKind.Renamed, $"it was {former.Service}", cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return true;
            },
            cancellationToken
        );
    }

    // It is sealed for its grant's name, so that nobody moves it by SQL: under the new name only if the row itself holds it. Until a
    // provider gives the next one, /oauth/token does not go by it: a rename may be the work of somebody who only writes to the database.
    private string? Reseal(GrantRecord former, TokenRow row, GrantKey key)
    {
        try
        {
            var formerKey = new GrantKey(former.Service, former.Entity);
            return
                former.NewestToken is { } newest
                && remembered.Open(formerKey, newest) is var token
                && StoredGrant.Decode(row, codec).RefreshToken == token
                ? remembered.SealFollowed(key, token)
                : null;
        }
        catch (Exception exception) when (exception is SecretUnreadableException or TokenUnreadableException)
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
