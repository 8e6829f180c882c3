// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Notifications;

/// <summary>
/// Looks at grants, database and journal, at every pass of the renewal and soon after something happened to a grant; says what
/// began, what still lasts after a day, and what is over; and delivers what was said.
/// </summary>
internal sealed partial class NoticeWatch(
    StoreConditions store,
    EntryReporter reporter,
    StatusRecorder recorder,
    TokenTable tokens,
    EventTable events,
    ConditionTable conditions,
    NoticeTable notices,
    NoticeDelivery delivery,
    NoticeSignal signal,
    BridgeOptions options,
    TimeProvider time,
    ILogger<NoticeWatch> logger
) : BackgroundService
{
    // A transaction that writes an event is over by then.
    private static readonly TimeSpan AfterEvent = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BetweenPrunes = TimeSpan.FromDays(1);

    private readonly Dictionary<Condition, DateTimeOffset> _toldWithoutDatabase = [];
    private DateTimeOffset _prunedAt;
    private int _entries; // looked at last

    /// <summary>Looks, says and delivers once.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var problems = await store.FindAsync(cancellationToken);
            if (problems.Any(one => one.Condition.Kind == NoticeKind.StoreNotWritable))
            {
                await TellWithoutDatabaseAsync(problems, cancellationToken);
                return;
            }

            await EndWithoutDatabaseAsync(cancellationToken);
            var told = await conditions.ListAsync(cancellationToken);
            await TellAsync(problems, told, cancellationToken);
            var reports = await ReportAsync(cancellationToken);
            _entries = reports.Count;
            var grants = reports.SelectMany(GrantConditions.Of).Concat(await ToldAsync(reports, cancellationToken)).ToList();
            await TellAsync(grants, told, cancellationToken);
            await EndAsync(told, [.. problems.Concat(grants).Select(one => one.Condition)], reports, cancellationToken);
            await delivery.RunAsync(cancellationToken);
            await PruneAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is StoreException or BridgeException)
        {
            Log.NotNow(logger, exception.Message);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the server must not wait for the first look
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var (appended, begun) = (events.NextAppended, time.GetTimestamp());
                await RunOnceAsync(stoppingToken);
                var pause = LargePass.Pause(options.RenewalInterval, _entries, time.GetElapsedTime(begun));
                await RestAsync(appended, pause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever it is, the next look must happen
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.Unexpected(logger, exception);
                await Task.Delay(options.RenewalInterval, time, CancellationToken.None);
            }
        }
    }

    // Where there are thousands of entries, something happens to a grant all the time: there the pause is kept.
    private async Task RestAsync(Task appended, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var end = Task.Delay(pause, time, stop.Token);
        await (_entries >= LargePass.Least ? end : Task.WhenAny(appended, end));
        await stop.CancelAsync();
        await Task.Delay(AfterEvent, time, cancellationToken);
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - _prunedAt >= BetweenPrunes)
        {
            await notices.PruneAsync(cancellationToken);
            _prunedAt = time.GetUtcNow();
        }
    }

    private async Task<IReadOnlyList<EntryReport>> ReportAsync(CancellationToken cancellationToken)
    {
        if (recorder.FindLargeLook() is { } look)
        {
            return look;
        }

        var reports = new List<EntryReport>();
        foreach (var entity in await tokens.ListCompaniesAsync(cancellationToken))
        {
            reports.AddRange(await reporter.ListAsync(entity, cancellationToken));
        }

        return reports;
    }

    // Whoever refuses such a token, or hears of an impostor, writes it to the audit trail.
    private async Task<IEnumerable<(Condition Condition, NoticeDraft Draft)>> ToldAsync(
        IReadOnlyList<EntryReport> reports,
        CancellationToken cancellationToken
    )
    {
        var since = time.GetUtcNow() - ConditionTable.Again;
        var superseded = await events.ListKeysAsync(NoticeKind.TokenSuperseded, since.UtcDateTime, cancellationToken);
        var impostors = await events.ListKeysAsync(NoticeKind.Impostor, since.UtcDateTime, cancellationToken);
        return superseded
            .Select(key =>
                GrantConditions.Superseded(
                    reports.FirstOrDefault(report => report.Service == key.Service && report.Entity == key.Entity)?.Entry ?? key.Service,
                    key.Entity
                )
            )
            .Concat(impostors.Select(static key => ImpostorReports.Notice(key.Entity)));
    }

    private async Task TellAsync(
        IReadOnlyList<(Condition Condition, NoticeDraft Draft)> current,
        IReadOnlyList<ToldCondition> told,
        CancellationToken cancellationToken
    )
    {
        foreach (var (condition, draft) in current)
        {
            var before = told.FirstOrDefault(one => one.Condition == condition);
            if (before is null)
            {
                Told(await conditions.BeginAsync(condition, draft, cancellationToken));
            }
            else if (time.GetUtcNow().UtcDateTime - before.ToldAt >= ConditionTable.Again)
            {
                Told(await conditions.RepeatAsync(condition, draft, cancellationToken));
            }
        }
    }

    private async Task EndAsync(
        IReadOnlyList<ToldCondition> told,
        HashSet<Condition> current,
        IReadOnlyList<EntryReport> reports,
        CancellationToken cancellationToken
    )
    {
        foreach (var condition in told.Select(one => one.Condition).Where(one => !current.Contains(one)))
        {
            if (StoreConditions.Kinds.Contains(condition.Kind))
            {
                if (condition.Source == store.Source)
                {
                    Told(await conditions.EndAsync(condition, StoreConditions.Over(condition), cancellationToken));
                }
            }
            else
            {
                var report = reports.FirstOrDefault(one => one.Entry == condition.Entry && one.Entity == condition.Entity);
                Told(await conditions.EndAsync(condition, GrantConditions.Over(condition, report), cancellationToken));
            }
        }
    }

    // The database takes no claim now, so each sidecar says it for itself, at once.
    private async Task TellWithoutDatabaseAsync(
        IReadOnlyList<(Condition Condition, NoticeDraft Draft)> problems,
        CancellationToken cancellationToken
    )
    {
        foreach (var (condition, draft) in problems)
        {
            var now = time.GetUtcNow();
            if (!_toldWithoutDatabase.TryGetValue(condition, out var at) || now - at >= ConditionTable.Again)
            {
                _toldWithoutDatabase[condition] = now;
                Log.Notice(logger, draft.Kind, draft.Entry, draft.Entity, draft.Message);
                await delivery.SendAsync(draft, cancellationToken);
            }
        }
    }

    // From here on the database takes notices again: those who ask by the API hear of both.
    private async Task EndWithoutDatabaseAsync(CancellationToken cancellationToken)
    {
        foreach (var (condition, at) in _toldWithoutDatabase)
        {
            var over = StoreConditions.Over(condition);
            var draft = over with { Message = $"{over.Message} It could not since {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC." };
            Told(await notices.AddAsync(draft, cancellationToken: cancellationToken));
            _toldWithoutDatabase.Remove(condition);
        }
    }

    private void Told(Notice? notice)
    {
        if (notice is not null)
        {
            Log.Notice(logger, notice.Kind, notice.Entry, notice.Entity, notice.Message);
            signal.Raise();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Notice {Kind} of {Entry} (entity {Entity}): {Message}")]
        public static partial void Notice(ILogger logger, string kind, string entry, int entity, string message);

        [LoggerMessage(2, LogLevel.Warning, "Notices wait for the database: {Reason}")]
        public static partial void NotNow(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Error, "The look for notices failed; the next one follows.")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
