// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Notifications;

/// <summary>What lasts, and is said once while it lasts.</summary>
/// <param name="Kind">One of <see cref="NoticeKind"/>.</param>
/// <param name="Entity">The company; 0 for the instance as a whole.</param>
/// <param name="Entry">The entry; empty for the instance as a whole.</param>
/// <param name="Source">The machine, where it concerns one machine only; else empty.</param>
internal sealed record Condition(string Kind, int Entity, string Entry, string Source);

/// <summary>A condition that was said.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="ToldAt">The last notice of it, in UTC.</param>
internal sealed record ToldCondition(Condition Condition, DateTime ToldAt);

/// <summary>
/// The bridge's <c>oauthbridge_condition</c>: a row for each condition that was said and lasts. Making, moving and deleting the row
/// are the claims that let one sidecar of the database say it.
/// </summary>
internal sealed class ConditionTable(DolibarrDatabase database, NoticeTable notices, TimeProvider time)
{
    /// <summary>How often a condition that lasts is said again.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromDays(1);

    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private const string Key = "kind = @kind AND entity = @entity AND entry = @entry AND source = @source";

    private string Table => database.Table("oauthbridge_condition");

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>The conditions that were said and are not over.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<ToldCondition>> ListAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await database.QueryAsync(
                $"SELECT kind, entity, entry, source, told_at FROM {Table}",
                [],
                row => new ToldCondition(
                    new Condition(row.Text("kind"), row.Number("entity"), row.Text("entry"), row.Text("source")),
                    row.Time("told_at")
                ),
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return [];
        }
    }

    /// <summary>Says that a condition began.</summary>
    /// <returns>The notice; null if another sidecar has said it.</returns>
    /// <exception cref="StoreException">The database failed, or cannot be written.</exception>
    public Task<Notice?> BeginAsync(Condition condition, NoticeDraft draft, CancellationToken cancellationToken = default) =>
        notices.AddAsync(
            draft,
            async (connection, transaction) =>
            {
                try
                {
                    await connection.ExecuteAsync(
                        $"INSERT INTO {Table} (kind, entity, entry, source, began_at, told_at) "
                            + "VALUES (@kind, @entity, @entry, @source, @now, @now)",
                        [.. Of(condition), ("now", Now)],
                        cancellationToken,
                        transaction
                    );
                    return true;
                }
                catch (DbException exception) when (StoreException.From(exception).Cause == StoreCause.DuplicateKey)
                {
                    return false;
                }
            },
            cancellationToken
        );

    /// <summary>Says that a condition still lasts, if nobody did for a day.</summary>
    /// <returns>The notice; null if another sidecar has said it.</returns>
    /// <exception cref="StoreException">The database failed, or cannot be written.</exception>
    public Task<Notice?> RepeatAsync(Condition condition, NoticeDraft draft, CancellationToken cancellationToken = default) =>
        ClaimAsync(
            draft,
            $"UPDATE {Table} SET told_at = @now WHERE {Key} AND (told_at <= @before OR told_at > @ahead)",
            [.. Of(condition), ("now", Now), ("before", Now - Again), ("ahead", Now + ClockTolerance)],
            cancellationToken
        );

    /// <summary>Whether a condition that lasts is to be said again.</summary>
    /// <param name="toldAt">When it was said last. What lies ahead was written by a clock that was wrong.</param>
    /// <param name="now">The present, UTC.</param>
    public static bool IsDue(DateTime toldAt, DateTime now) => toldAt <= now - Again || toldAt > now + ClockTolerance;

    /// <summary>Says that a condition is over.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="draft">What to say; null for nothing.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The notice; null if there is nothing to say or another sidecar has said it.</returns>
    /// <exception cref="StoreException">The database failed, or cannot be written.</exception>
    public async Task<Notice?> EndAsync(Condition condition, NoticeDraft? draft, CancellationToken cancellationToken = default)
    {
        var sql = $"DELETE FROM {Table} WHERE {Key}";
        if (draft is not null)
        {
            return await ClaimAsync(draft, sql, Of(condition), cancellationToken);
        }

        await database.ExecuteAsync(sql, Of(condition), cancellationToken);
        return null;
    }

    private Task<Notice?> ClaimAsync(
        NoticeDraft draft,
        string sql,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    ) =>
        notices.AddAsync(
            draft,
            async (connection, transaction) => await connection.ExecuteAsync(sql, parameters, cancellationToken, transaction) == 1,
            cancellationToken
        );

    private static (string Name, object? Value)[] Of(Condition condition) =>
        [("kind", condition.Kind), ("entity", condition.Entity), ("entry", condition.Entry), ("source", condition.Source)];
}
