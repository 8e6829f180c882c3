// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Notifications;

/// <summary>A notice that has no number yet.</summary>
internal sealed record NoticeDraft(string Kind, string Severity, int Entity, string Entry, string Message, string Advice);

/// <summary>A notice that waits for the webhook or the command.</summary>
/// <param name="Notice">The notice.</param>
/// <param name="WebhookTries">How often the webhook was tried.</param>
internal sealed record WaitingNotice(Notice Notice, int WebhookTries);

/// <summary>
/// The bridge's <c>oauthbridge_notice</c>. A notice's number is the highest one plus one rather than the database's own
/// counter: on Galera that counter differs by node, and whoever asks for "all after 7" would miss a later 6.
/// </summary>
internal sealed class NoticeTable(DolibarrDatabase database, BridgeSchema schema, TimeProvider time)
{
    private const int LongestText = 512; // characters, as the columns
    private const int MostAttempts = 10;
    private const int MostWaiting = 50;
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    private string Table => database.Table("oauthbridge_notice");

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Adds a notice.</summary>
    /// <param name="draft">The notice.</param>
    /// <param name="claim">Runs first in the same transaction; false means that another sidecar has said it: nothing is added.</param>
    /// <param name="cancellationToken">Ends the work; nothing is added then.</param>
    /// <returns>The notice; null if the claim failed.</returns>
    /// <exception cref="StoreException">The database failed, or cannot be written.</exception>
    public async Task<Notice?> AddAsync(
        NoticeDraft draft,
        Func<DbConnection, DbTransaction, Task<bool>>? claim = null,
        CancellationToken cancellationToken = default
    )
    {
        await schema.EnsureAsync(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAddAsync(draft, claim, cancellationToken);
            }
            catch (StoreException exception)
                when (attempt < MostAttempts && (exception.Failure == StoreFailure.Busy || exception.Cause == StoreCause.DuplicateKey))
            {
                // Another sidecar added a notice, or told the same, at the same moment.
                await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt * Random.Shared.NextDouble()), time, cancellationToken);
            }
        }
    }

    /// <summary>Adds a notice unless one of its kind was added since a time: another sidecar has said it.</summary>
    /// <exception cref="StoreException">The database failed, or cannot be written.</exception>
    public Task<Notice?> AddUnlessSaidAsync(NoticeDraft draft, DateTimeOffset since, CancellationToken cancellationToken = default) =>
        AddAsync(
            draft,
            async (connection, transaction) =>
            {
                var said = await connection.QueryAsync(
                    $"SELECT rowid FROM {Table} WHERE kind = @kind AND at >= @since LIMIT 1",
                    [("kind", draft.Kind), ("since", since.UtcDateTime)],
                    static row => row.BigNumber("rowid"),
                    cancellationToken,
                    transaction
                );
                return said.Count == 0;
            },
            cancellationToken
        );

    /// <summary>The notices after a number, oldest first: those of a company and those of the instance as a whole.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<Notice>> ListAsync(long after, int entity, int limit, CancellationToken cancellationToken = default) =>
        [
            .. (
                await SelectAsync(
                    "rowid > @after AND entity IN (0, @entity)",
                    limit,
                    [("after", after), ("entity", entity)],
                    cancellationToken
                )
            ).Select(row => row.Notice),
        ];

    /// <summary>The number of the newest notice of any company; 0 if there is none.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<long> NewestAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var newest = await database.QueryAsync(
                $"SELECT MAX(rowid) AS newest FROM {Table}",
                [],
                row => row.BigNumber("newest"),
                cancellationToken
            );
            return newest[0];
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return 0;
        }
    }

    /// <summary>The notices that the webhook has not taken and that are due now, oldest first.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<IReadOnlyList<WaitingNotice>> ListForWebhookAsync(CancellationToken cancellationToken = default) =>
        SelectAsync(
            "webhook_done IS NULL AND (webhook_next IS NULL OR webhook_next <= @now)",
            MostWaiting,
            [("now", Now)],
            cancellationToken
        );

    /// <summary>When the webhook is tried again for a notice that it did not take; null if there is none.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<DateTimeOffset?> NextForWebhookAsync(CancellationToken cancellationToken = default)
    {
        var next = await database.QueryAsync(
            $"SELECT MIN(webhook_next) AS next FROM {Table} WHERE webhook_done IS NULL",
            [],
            static row => row.TimeOrNull("next"),
            cancellationToken
        );
        return next[0] is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : null;
    }

    /// <summary>The notices of the last day for which the command has not run, oldest first.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<IReadOnlyList<WaitingNotice>> ListForCommandAsync(CancellationToken cancellationToken = default) =>
        SelectAsync("command_done IS NULL AND at > @yesterday", MostWaiting, [("yesterday", Now.AddDays(-1))], cancellationToken);

    /// <summary>Takes a delivery to the webhook for this sidecar, by compare-and-swap on the number of tries.</summary>
    /// <param name="waiting">The notice as it was read.</param>
    /// <param name="next">When the next try is due if this one fails.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>False if another sidecar took it.</returns>
    public Task<bool> ClaimWebhookAsync(WaitingNotice waiting, DateTime next, CancellationToken cancellationToken = default) =>
        UpdateAsync(
            "webhook_tries = webhook_tries + 1, webhook_next = @next",
            "rowid = @id AND webhook_tries = @tries AND webhook_done IS NULL",
            [("id", waiting.Notice.Id), ("tries", waiting.WebhookTries), ("next", next)],
            cancellationToken
        );

    /// <summary>Notes that the webhook took a notice, or that no more tries are made.</summary>
    public Task FinishWebhookAsync(long id, CancellationToken cancellationToken = default) =>
        UpdateAsync("webhook_done = @now", "rowid = @id", [("id", id), ("now", Now)], cancellationToken);

    /// <summary>Takes the run of the command for this sidecar.</summary>
    /// <returns>False if another sidecar took it.</returns>
    public Task<bool> ClaimCommandAsync(long id, CancellationToken cancellationToken = default) =>
        UpdateAsync("command_done = @now", "rowid = @id AND command_done IS NULL", [("id", id), ("now", Now)], cancellationToken);

    /// <summary>Deletes the notices of more than 90 days ago, save the newest: its number must not be given again.</summary>
    public async Task PruneAsync(CancellationToken cancellationToken = default) =>
        await database.ExecuteAsync(
            $"DELETE FROM {Table} WHERE at < @old AND rowid < @newest",
            [("old", Now - KeptFor), ("newest", await NewestAsync(cancellationToken))],
            cancellationToken
        );

    private async Task<Notice?> TryAddAsync(
        NoticeDraft draft,
        Func<DbConnection, DbTransaction, Task<bool>>? claim,
        CancellationToken cancellationToken
    )
    {
        var number = await NewestAsync(cancellationToken) + 1;
        var notice = new Notice(
            number,
            time.GetUtcNow(),
            draft.Kind,
            draft.Entry,
            draft.Entity,
            draft.Severity,
            Shorten(draft.Message),
            Shorten(draft.Advice)
        );
        return await database.InTransactionAsync<Notice?>(
            async (connection, transaction) =>
            {
                if (claim is not null && !await claim(connection, transaction))
                {
                    return null;
                }

                await InsertAsync(connection, transaction, notice, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return notice;
            },
            cancellationToken
        );
    }

    private Task<int> InsertAsync(DbConnection connection, DbTransaction transaction, Notice notice, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"INSERT INTO {Table} (rowid, at, kind, severity, entity, entry, message, advice) "
                + "VALUES (@id, @at, @kind, @severity, @entity, @entry, @message, @advice)",
            [
                ("id", notice.Id),
                ("at", notice.At.UtcDateTime),
                ("kind", notice.Kind),
                ("severity", notice.Severity),
                ("entity", notice.Entity),
                ("entry", notice.Entry),
                ("message", notice.Message),
                ("advice", notice.Advice),
            ],
            cancellationToken,
            transaction
        );

    // No table yet means that there never was a notice.
    private async Task<IReadOnlyList<WaitingNotice>> SelectAsync(
        string condition,
        int limit,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await database.QueryAsync(
                $"SELECT rowid, at, kind, severity, entity, entry, message, advice, webhook_tries FROM {Table} "
                    + $"WHERE {condition} ORDER BY rowid LIMIT @limit",
                [.. parameters, ("limit", limit)],
                Read,
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return [];
        }
    }

    private static WaitingNotice Read(SqlRow row) =>
        new(
            new Notice(
                row.BigNumber("rowid"),
                new DateTimeOffset(DateTime.SpecifyKind(row.Time("at"), DateTimeKind.Utc)),
                Line(row.Text("kind")),
                Line(row.Text("entry")),
                row.Number("entity"),
                Line(row.Text("severity")),
                Line(row.Text("message")),
                Line(row.Text("advice"))
            ),
            row.Number("webhook_tries")
        );

    // Whoever writes to the database may have written it, and it goes to terminals, mails and programs.
    private static string Line(string text) => ForeignText.Clean(text, [], LongestText);

    private async Task<bool> UpdateAsync(
        string assignments,
        string condition,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    ) => await database.ExecuteAsync($"UPDATE {Table} SET {assignments} WHERE {condition}", parameters, cancellationToken) == 1;

    private static string Shorten(string text) => text.Length <= LongestText ? text : text[..(LongestText - 1)] + "…";
}
