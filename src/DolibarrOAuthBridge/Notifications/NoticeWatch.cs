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
    DirectNotices direct,
    NoticeSignal signal,
    BridgeOptions options,
    TimeProvider time,
    ILogger<NoticeWatch> logger
) : BackgroundService
{
    // A transaction that writes an event is over by then.
    private static readonly TimeSpan AfterEvent = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BetweenPrunes = TimeSpan.FromDays(1);

    private DateTimeOffset _prunedAt;
    private int _entries; // looked at last

    /// <summary>Looks, says and delivers once.</summary>
    /// <returns>When to do so again for what could not be done now, though nothing changes; null if everything was.</returns>
    public async Task<DateTimeOffset?> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<(Condition Condition, NoticeDraft Draft)> problems = [];
        try
        {
            (problems, var takesNotices) = await store.FindAsync(cancellationToken);
            if (!takesNotices)
            {
                await direct.TellAsync(problems, cancellationToken);
                return time.GetUtcNow();
            }

            var told = await conditions.ListAsync(cancellationToken);
            await TellAsync(problems, told, cancellationToken);
            var reports = await ReportAsync(cancellationToken);
            _entries = reports.Count;
            var isRefused = problems.Any(static one => one.Condition.Kind == NoticeKind.StoreNotWritable);
            var found = isRefused ? [] : await store.FindRefusalAsync(reports, cancellationToken);
            var refusals = found ?? [];
            problems = [.. problems, .. refusals];
            var grants = reports.SelectMany(GrantConditions.Of).Concat(await ToldAsync(reports, cancellationToken)).ToList();
            await TellAsync([.. refusals, .. grants], told, cancellationToken);
            HashSet<Condition> lasting = [.. problems.Select(one => one.Condition)];
            if (found is null)
            {
                lasting.Add(store.Refused); // nobody knows whether it is over
            }

            await EndAsync(told, [.. lasting.Concat(grants.Select(one => one.Condition))], reports, cancellationToken);
            var next = await delivery.RunAsync(cancellationToken);
            await PruneAsync(cancellationToken);
            if (await EndDirectAsync(told, lasting, cancellationToken))
            {
                next = await delivery.RunAsync(cancellationToken);
            }

            return problems.Count > 0 ? time.GetUtcNow() : next;
        }
        catch (StoreException exception) when (exception.Failure == StoreFailure.NotWritable)
        {
            Log.NotNow(logger, exception.Message);
            await direct.TellAsync([.. problems.Append(store.NotWritable(exception)).DistinctBy(one => one.Condition)], cancellationToken);
            return time.GetUtcNow();
        }
        catch (Exception exception) when (exception is StoreException or BridgeException)
        {
            Log.NotNow(logger, exception.Message);
            return time.GetUtcNow();
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
        string[] kinds = [NoticeKind.TokenSuperseded, NoticeKind.SecretRebound, NoticeKind.Impostor];
        var keys = await events.ListKeysAsync(kinds, since.UtcDateTime, cancellationToken);
        return keys[NoticeKind.TokenSuperseded]
            .Select(key => GrantConditions.Superseded(NameOf(key), key.Entity))
            .Concat(keys[NoticeKind.SecretRebound].Select(key => GrantConditions.Rebound(NameOf(key), key.Entity)))
            .Concat(keys[NoticeKind.Impostor].Select(static key => ImpostorReports.Notice(key.Entity)));

        string NameOf(GrantKey key) =>
            reports.FirstOrDefault(report => report.Service == key.Service && report.Entity == key.Entity)?.Entry ?? key.Service;
    }

    private async Task TellAsync(
        IReadOnlyList<(Condition Condition, NoticeDraft Draft)> current,
        IReadOnlyList<ToldCondition> told,
        CancellationToken cancellationToken
    )
    {
        foreach (var (condition, draft) in current.Where(one => !direct.Covers(one.Condition)))
        {
            var before = told.FirstOrDefault(one => one.Condition == condition);
            if (before is null)
            {
                Told(await conditions.BeginAsync(condition, draft, cancellationToken));
            }
            else if (ConditionTable.IsDue(before.ToldAt, time.GetUtcNow().UtcDateTime))
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

    // What this sidecar told by itself: those who ask by the API hear of its end too. Last, when the database took everything else.
    private async Task<bool> EndDirectAsync(
        IReadOnlyList<ToldCondition> told,
        HashSet<Condition> lasting,
        CancellationToken cancellationToken
    )
    {
        var ended = direct.FindEnded(lasting);
        foreach (var (condition, since, over) in ended)
        {
            if (!told.Any(one => one.Condition == condition)) // else its end was told just now
            {
                // The database is one for all sidecars, and each has a journal of its own.
                Told(
                    condition.Kind == NoticeKind.StoreNotWritable
                        ? await notices.AddUnlessSaidAsync(over, since, cancellationToken)
                        : await notices.AddAsync(over, cancellationToken: cancellationToken)
                );
            }

            direct.Forget(condition);
        }

        return ended.Count > 0;
    }

    private void Told(Notice? notice)
    {
        if (notice is not null)
        {
            NoticeLog.Told(logger, notice.Kind, notice.Entry, notice.Entity, notice.Message);
            signal.Raise();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "Notices wait for the database: {Reason}")]
        public static partial void NotNow(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Error, "The look for notices failed; the next one follows.")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
