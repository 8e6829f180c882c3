// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Notifications;

/// <summary>What a look at the store found.</summary>
/// <param name="Problems">Each with what to say while it lasts.</param>
/// <param name="TakesNotices">Whether the database can be written, so that a notice can be claimed there.</param>
internal sealed record StoreLook(IReadOnlyList<(Condition Condition, NoticeDraft Draft)> Problems, bool TakesNotices);

/// <summary>Whether the database, the state directory and the journal are as they must be for a refresh.</summary>
internal sealed class StoreConditions(
    DolibarrDatabase database,
    TokenTable tokens,
    EventTable events,
    RefreshJournal journal,
    BridgeOptions options,
    TimeProvider time
)
{
    private const int MostTried = 5; // grants at one look
    private const string Meanwhile = "No token is refreshed meanwhile; those that are valid are still handed out.";

    private static readonly string[] Renewable = [TokenStatus.Valid, TokenStatus.Expiring, TokenStatus.Expired];

    // A refresh that goes well is in the journal for a moment.
    private static readonly TimeSpan Momentary = TimeSpan.FromSeconds(20);

    private readonly string _source =
        $"{Environment.MachineName}:{options.StateDirectory}" is var name && name.Length > 80 ? name[..80] : name;
    private long? _waitingSince;

    /// <summary>The kinds of conditions that this class finds.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [NoticeKind.StoreNotWritable, NoticeKind.JournalWaiting];

    /// <summary>The name of this machine and state directory in conditions that concern no other.</summary>
    public string Source => _source;

    /// <summary>Looks once.</summary>
    public async Task<StoreLook> FindAsync(CancellationToken cancellationToken = default)
    {
        var found = new List<(Condition, NoticeDraft)>();
        var ofDatabase = await FindProblemAsync(cancellationToken);
        var ofJournal = journal.FindProblem();
        if (ofDatabase is not null)
        {
            found.Add(
                Make(
                    NoticeKind.StoreNotWritable,
                    $"{ofDatabase} {Meanwhile}",
                    "See that the database server is writable and has space."
                )
            );
        }
        else if (ofJournal is not null)
        {
            found.Add(
                Make(NoticeKind.StoreNotWritable, ofJournal, "Run the command, and doctor as the sidecar's user to see that all is well.")
            );
        }

        if (ofJournal is null && IsJournalWaiting())
        {
            found.Add(
                Make(
                    NoticeKind.JournalWaiting,
                    "A refreshed token is in the journal and cannot be written to the database. The one in the database no longer works.",
                    "Make the database writable again. Do not delete the state directory: it holds the only working refresh token."
                )
            );
        }

        return new StoreLook(found, ofDatabase is null);
    }

    /// <summary>
    /// Tries the writes of a refresh on the grant that is next, and on those that are overdue, and takes them back: a trigger, a constraint
    /// or a privilege may keep that one table from being written.
    /// </summary>
    /// <param name="reports">The entries.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>What is to be said of the first that is refused; nothing if none is; null where one could not be tried, since somebody
    /// holds its row for a moment.</returns>
    public async Task<IReadOnlyList<(Condition Condition, NoticeDraft Draft)>?> FindRefusalAsync(
        IEnumerable<EntryReport> reports,
        CancellationToken cancellationToken = default
    )
    {
        var due = time.GetUtcNow() + options.MinTtl;
        var tried = reports
            .Where(report => report is { Complete: true, Paused: false, Token: { HasRefreshToken: true, ExpiresAt: not null } })
            .Where(report => Renewable.Contains(report.Token.Status))
            .OrderBy(report => report.Token.ExpiresAt)
            .TakeWhile((report, place) => place == 0 || report.Token.ExpiresAt <= due)
            .Take(MostTried);
        var isKnown = true;
        foreach (var report in tried)
        {
            try
            {
                await TryAsync(report, cancellationToken);
            }
            catch (StoreException exception) when (exception.Failure == StoreFailure.NotWritable)
            {
                return [NotWritable(exception)];
            }
            catch (StoreException exception) when (exception.Failure != StoreFailure.Unavailable)
            {
                isKnown &= exception.Failure != StoreFailure.Busy; // something that is missing is told elsewhere
            }
        }

        return isKnown ? [] : null;
    }

    /// <summary>The condition of which <see cref="NotWritable"/> speaks.</summary>
    public Condition Refused => new(NoticeKind.StoreNotWritable, 0, string.Empty, Source);

    /// <summary>What to say where the database refuses a write although it is not read-only: no space, a trigger, a privilege.</summary>
    public (Condition Condition, NoticeDraft Draft) NotWritable(StoreException exception) =>
        Make(
            NoticeKind.StoreNotWritable,
            $"{exception.Message} {Meanwhile}",
            "See that the database server has space, and run dolibarr-oauth-bridge doctor: it names the table and what refuses the write."
        );

    /// <summary>What to say when such a condition is over.</summary>
    public static NoticeDraft Over(Condition condition) =>
        condition.Kind == NoticeKind.JournalWaiting
            ? new NoticeDraft(
                NoticeKind.JournalFlushed,
                NoticeSeverity.Info,
                0,
                string.Empty,
                "What was in the journal is in the database.",
                string.Empty
            )
            : new NoticeDraft(
                NoticeKind.StoreWritable,
                NoticeSeverity.Info,
                0,
                string.Empty,
                "The database and the state directory can be written again.",
                string.Empty
            );

    // Changes nothing, and is refused where a change would be: by a read-only server, for want of a privilege, by a trigger on the row.
    private Task<int> TouchAsync(GrantKey key, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            $"UPDATE {database.Table("oauthbridge_grant")} SET refresh_count = refresh_count WHERE service = @service AND entity = @entity",
            [("service", key.Service), ("entity", key.Entity)],
            cancellationToken
        );

    private async Task TryAsync(EntryReport report, CancellationToken cancellationToken)
    {
        if (
            EntryName.TryParse(report.Entry, out var name)
            && (await tokens.FindAsync(name, report.Entity, cancellationToken)).OnlyRow is { } row
        )
        {
            await TouchAsync(new GrantKey(report.Service, report.Entity), cancellationToken);
            await tokens.CanReplaceAsync(
                row,
                (connection, transaction) => events.TryAsync(connection, transaction, cancellationToken),
                cancellationToken
            );
        }
    }

    private async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TouchAsync(new GrantKey(string.Empty, -1), cancellationToken);
            return null;
        }
        catch (StoreException exception) when (exception.Failure is StoreFailure.NotWritable or StoreFailure.Unavailable)
        {
            return exception.Message;
        }
        catch (StoreException)
        {
            return null; // busy, or no table yet: no reason to wake anybody
        }
    }

    private bool IsJournalWaiting()
    {
        try
        {
            _waitingSince = journal.HasUnfinished() ? _waitingSince ?? time.GetTimestamp() : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // said as a state directory that cannot be used
        }

        return _waitingSince is { } since && time.GetElapsedTime(since) >= Momentary;
    }

    private (Condition, NoticeDraft) Make(string kind, string message, string advice) =>
        (new Condition(kind, 0, string.Empty, Source), new NoticeDraft(kind, NoticeSeverity.Error, 0, string.Empty, message, advice));
}
