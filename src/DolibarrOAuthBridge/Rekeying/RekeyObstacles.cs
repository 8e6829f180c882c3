// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Keys;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>
/// What a change of key must wait for. A sidecar that runs would go on with the old key: its sign is a look at the entries within the
/// last minute or, where there are no entries, an answer at the address that the module asks. A lock of others (<c>LOCK TABLES</c>, a
/// backup) is found within a second.
/// </summary>
internal sealed class RekeyObstacles(
    DolibarrDatabase database,
    StatusTable status,
    EntryTable constants,
    ApiKeys keys,
    LeaseOwners owners,
    BridgeOptions options,
    TimeProvider time
)
{
    private const int FirstCompany = 1;
    private static readonly TimeSpan SidecarIsGone = TimeSpan.FromMinutes(1);

    /// <summary>What stands in the way, as sentences; empty if nothing.</summary>
    /// <param name="tables">The tables whose values change.</param>
    /// <param name="cancellationToken">Cancels the look.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(IReadOnlyList<EncryptedTable> tables, CancellationToken cancellationToken = default)
    {
        var obstacles = new List<string>();
        obstacles.AddRange(
            tables
                .Where(table => !table.IsTransactional)
                .Select(table =>
                    $"{table.Name} is not an InnoDB table, so that a change could not be taken back. Convert it first: ALTER TABLE "
                    + $"{table.Name} ENGINE=InnoDB."
                )
        );
        if (await FindLockAsync(tables, cancellationToken) is { } locked)
        {
            obstacles.Add(locked);
            return obstacles; // everything else would wait for the lock
        }

        if (await FindSidecarAsync(cancellationToken) is { } sidecar)
        {
            obstacles.Add(
                $"A sidecar is running ({sidecar}). Stop every sidecar of this Dolibarr (systemctl stop dolibarr-oauth-bridge.socket "
                    + "dolibarr-oauth-bridge.service). After one that was killed, wait a minute."
            );
        }

        if (await IsRefreshingAsync(cancellationToken))
        {
            obstacles.Add("A refresh is under way. Wait until it is done, at most a minute.");
        }
        else if (await FindSpenderAsync(cancellationToken) is { } spender)
        {
            obstacles.Add(
                $"A refresh token may be spent: {spender} sent it and has not stored the provider's answer. Start that sidecar again, and "
                    + $"it finishes the refresh, or wait {options.InDoubtFor.TotalSeconds:0} seconds."
            );
        }

        return obstacles;
    }

    /// <summary>Which table another connection holds, as a sentence; null if none.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<string?> FindLockAsync(IReadOnlyList<EncryptedTable> tables, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                await connection.ExecuteAsync(database.Sql.WaitOneSecondForTables, [], cancellationToken);
                foreach (var table in tables)
                {
                    try
                    {
                        await connection.QueryAsync(
                            $"SELECT rowid FROM {database.Sql.Quote(table.Name)} LIMIT 1",
                            [],
                            static row => row.BigNumber("rowid"),
                            cancellationToken
                        );
                    }
                    catch (Exception exception)
                        when (StoreException.IsFromStore(exception) && StoreException.From(exception).Failure == StoreFailure.Busy)
                    {
                        return $"{table.Name} is locked by another connection (LOCK TABLES, ALTER TABLE, or a backup). Wait until it is "
                            + $"done, or see {database.Sql.SeeLocks}.";
                    }
                }

                return null;
            },
            cancellationToken
        );

    // Where there are entries, their status says when one looked last. One that answers may be the original's of which this is a copy.
    private async Task<string?> FindSidecarAsync(CancellationToken cancellationToken) =>
        await status.FindSidecarAsync(cancellationToken) is var (by, at)
            ? time.GetUtcNow().UtcDateTime - at < SidecarIsGone ? by : null
            : await FindAnsweringAsync(cancellationToken);

    // It proves whose it is: a sidecar of another Dolibarr may listen there.
    private async Task<string?> FindAnsweringAsync(CancellationToken cancellationToken)
    {
        try
        {
            var setting = await constants.FindConstantAsync(SidecarAddress.Constant, FirstCompany, cancellationToken);
            var (address, key) = (SidecarAddress.Of(setting, options), await keys.GetAsync(FirstCompany, cancellationToken));
            var prefix = SidecarClient.PrefixOf(options, address);
            var isOurs = await SidecarClient.ProvesAsync(address, prefix, key, FirstCompany, cancellationToken);
            return isOurs ? $"it answers at {address}" : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or BridgeException or SecretUnreadableException)
        {
            return null; // nobody answers, or Dolibarr has no API key that a sidecar could know
        }
    }

    // What is remembered of a token that is being spent is keyed: under another key nobody would know it again, and it would be sent.
    private async Task<string?> FindSpenderAsync(CancellationToken cancellationToken)
    {
        try
        {
            var spenders = await database.QueryAsync(
                $"""
                SELECT intent_owner FROM {database.Table("oauthbridge_grant")}
                 WHERE intent_owner IS NOT NULL AND intent_at > {database.Sql.NowPlusSeconds("@since")}
                   AND intent_at <= {database.Sql.NowPlusSeconds("@longest")}
                """,
                [("since", -(int)options.InDoubtFor.TotalSeconds), ("longest", GrantLeaseTable.LongestLease)],
                static row => row.Text("intent_owner"),
                cancellationToken
            );
            return spenders.FirstOrDefault(owner => !owners.IsGone(owner));
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingColumn)
        {
            return null; // of a release that noted none
        }
    }

    private async Task<bool> IsRefreshingAsync(CancellationToken cancellationToken)
    {
        try
        {
            var leases = await database.QueryAsync(
                $"SELECT lease_owner FROM {database.Table("oauthbridge_grant")} WHERE lease_until > {database.Sql.Now}",
                [],
                static row => row.Text("lease_owner"),
                cancellationToken
            );
            return leases.Any(owner => !owners.IsGone(owner));
        }
        catch (StoreException exception) when (exception.Cause == StoreCause.MissingTable)
        {
            return false; // no sidecar ever wrote here
        }
    }
}
