// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Grants;

/// <summary>Deletes old rows of the audit trail, a few thousand at a time, so that nothing waits long for a lock.</summary>
internal sealed class EventPrune(DolibarrDatabase database)
{
    private const int Step = 5000;

    private string Table => database.Table("oauthbridge_event");

    /// <summary>How many rows are older.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<long> CountAsync(DateTime before, CancellationToken cancellationToken = default) =>
        (await AskAsync("COUNT(*)", before, cancellationToken)) ?? 0;

    /// <summary>Deletes the rows that are older.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="StoreException">The database failed; what was deleted before is gone.</exception>
    public async Task<long> DeleteAsync(DateTime before, CancellationToken cancellationToken = default)
    {
        var deleted = 0L;
        while (await AskAsync("MIN(rowid)", before, cancellationToken) is { } first)
        {
            deleted += await database.ExecuteAsync(
                $"DELETE FROM {Table} WHERE rowid BETWEEN @first AND @last AND at < @before",
                [("first", first), ("last", first + Step - 1), ("before", before)],
                cancellationToken
            );
        }

        return deleted;
    }

    private async Task<long?> AskAsync(string what, DateTime before, CancellationToken cancellationToken)
    {
        var answers = await database.QueryAsync(
            $"SELECT {what} AS Answer FROM {Table} WHERE at < @before",
            [("before", before)],
            static row => row.BigNumberOrNull("Answer"),
            cancellationToken
        );
        return answers[0];
    }
}
