// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents.Device;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Notifications;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Storage;
using DolibarrOAuthBridge.Tokens.Renewal;

namespace DolibarrOAuthBridge.Instances;

/// <summary>
/// The background work of one instance among several. Two statements tell whether anything changed; only then, when something is due and
/// when a request changed something, everything is done once that a sidecar for it alone does all the time. Only while a device code or
/// the journal waits does that work run on its own.
/// </summary>
internal sealed partial class InstanceVisitor(TimeProvider time, ILogger<InstanceVisitor> logger)
{
    // How long an instance's services stay after its last request.
    private static readonly TimeSpan AwakeFor = TimeSpan.FromMinutes(1);

    // What depends on time alone, such as the daily repetition of a notice, is seen to at least this often.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileDown = TimeSpan.FromSeconds(30);

    // What depends on others, such as providers and webhooks, goes on by itself after this time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How often an instance at rest is visited: <c>oauthbridge_v_status</c> is half a minute old at most.</summary>
    public TimeSpan Round { get; } = TimeSpan.FromSeconds(25);

    /// <summary>When an instance is visited first: at once if a refresh of it was cut off.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="start">Its place in the first round.</param>
    public DateTimeOffset FirstVisit(Instance instance, TimeSpan start) =>
        time.GetUtcNow() + (instance.HasJournal ? TimeSpan.Zero : start);

    /// <summary>Whether an instance wants a visit.</summary>
    public bool IsDue(InstanceVisits visits)
    {
        var wait = visits.NextAt - time.GetUtcNow();
        return wait <= TimeSpan.Zero
            || wait > LongestRest
            || visits.Instance.IsChanged
            || visits.Appended is { IsCompleted: true }
            || visits.Errands is { IsCompleted: true };
    }

    /// <summary>Does what is due.</summary>
    public async Task VisitAsync(InstanceVisits visits, CancellationToken cancellationToken)
    {
        if (visits.Instance.TakeChanged() || visits.Appended is { IsCompleted: true })
        {
            (visits.Mark, visits.Appended) = (null, null);
        }

        var begun = time.GetUtcNow();
        try
        {
            if (visits.Instance.Composition is { IsWorking: true })
            {
                await FinishErrandsAsync(visits, cancellationToken);
                await AccompanyAsync(visits, cancellationToken);
                visits.NextAt = time.GetUtcNow() + Pause;
            }
            else
            {
                visits.NextAt = begun + Round;
                await LookAsync(visits, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is StoreException { Failure: StoreFailure.Unavailable } or BridgeException)
        {
            await NoteDownAsync(visits, exception.Message, cancellationToken);
        }
        catch (StoreException exception) when (exception.Failure == StoreFailure.NotWritable)
        {
            NoteProblem(visits, exception.Message, visits.Instance.State with { IsDatabaseUp = true });
            await TellAsync(visits, cancellationToken);
        }
        catch (StoreException exception) when (exception.Failure == StoreFailure.Busy)
        {
            visits.Mark = null;
            visits.NextAt = time.GetUtcNow() + Pause; // it passes
            Log.Busy(logger, visits.Instance.Name, exception.Message);
        }
        catch (Exception exception) when (exception is StoreException or DolibarrConfException or SidecarAccountException)
        {
            NoteProblem(visits, exception.Message, InstanceState.Unknown);
        }
    }

    // Its work runs on its own, until nothing waits any more.
    private async Task AccompanyAsync(InstanceVisits visits, CancellationToken cancellationToken)
    {
        visits.Mark = null; // what that work does is looked at afterwards
        using var use = visits.Instance.EnterWork();
        if (use is null)
        {
            return;
        }

        if (use.Composition.Get<StatusRecorder>().Latest is { Count: > 0 } reports)
        {
            visits.Instance.State = InstanceState.Of(reports, time.GetUtcNow());
        }

        if (await HasNothingToFinishAsync(use.Composition, cancellationToken))
        {
            await use.Composition.StopAsync(cancellationToken);
        }
    }

    private async Task LookAsync(InstanceVisits visits, CancellationToken cancellationToken)
    {
        await FinishErrandsAsync(visits, cancellationToken);
        var (instance, now) = (visits.Instance, time.GetUtcNow());
        if (instance.Composition is { IsWorking: true })
        {
            return; // its own work does all that
        }

        var isQuiet =
            visits.Mark is not null
            && visits.DownSince is null
            && (visits.Errands is not null || (BoundedTime.IsAhead(visits.LookAt, now, LongestRest) && !instance.HasJournal));
        var mark = await MarkAsync(instance.Conf(), isQuiet ? visits.Mark : null, now, cancellationToken);
        if (isQuiet && mark is not null && mark == visits.Mark)
        {
            instance.State = instance.State with { LookedAt = now, IsDatabaseUp = true };
            await RestAsync(visits);
            return;
        }

        var use = instance.EnterWork();
        if (use is null)
        {
            return;
        }

        using (use)
        {
            visits.Appended = null;
            await RecordAsync(visits, use.Composition, cancellationToken);
        }

        visits.Held?.Dispose();
        visits.Held = null;
        visits.DownSince = null;
        visits.Mark = mark;
        visits.IsMissed = visits.Errands is not null;
        if (!visits.IsMissed && instance.EnterWork() is { } own)
        {
            visits.Errands = RunErrandsAsync(own, cancellationToken);
            var patience = ((Task)visits.Errands).WaitAsync(Patience, time, cancellationToken);
            await patience.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await FinishErrandsAsync(visits, cancellationToken);
        }

        await RestAsync(visits);
    }

    // What others may make slow, such as providers, webhooks and commands. The instance stays while it lasts.
    private async Task<Errands> RunErrandsAsync(InstanceUse use, CancellationToken cancellationToken)
    {
        using (use)
        {
            var composition = use.Composition;
            var untold = await composition.Get<NoticeWatch>().RunOnceAsync(cancellationToken);
            var hasDevices = await composition.Get<DevicePolling>().RunOnceAsync(cancellationToken) is not null;
            var reports = composition.Get<StatusRecorder>().Latest;
            var now = time.GetUtcNow();
            var ends = reports.Select(report => report.Token.ExpiresAt);
            var turn = LookSaver.NextTurn(ends, composition.Get<BridgeOptions>(), now, LongestRest);
            await composition.Get<RenewalService>().RunOnceAsync(cancellationToken); // last: providers may be slow
            return new Errands(untold < turn ? untold.Value : turn, hasDevices);
        }
    }

    // Once they have ended. Where something is under way that must be watched more closely, the instance's own work begins.
    private static async Task FinishErrandsAsync(InstanceVisits visits, CancellationToken cancellationToken)
    {
        if (visits.Errands is not { IsCompleted: true } ended)
        {
            return;
        }

        visits.Mark = visits.IsMissed || !ended.IsCompletedSuccessfully ? null : visits.Mark;
        (visits.Errands, visits.IsMissed) = (null, false);
        var errands = await ended;
        visits.LookAt = errands.LookAt;
        using var use = visits.Instance.EnterWork();
        if (use is null)
        {
            return;
        }

        if (use.Composition.Get<DirectNotices>().IsTelling)
        {
            visits.Held ??= visits.Instance.EnterWork(); // it remembers what it told
        }

        if (errands.HasDevices || visits.Instance.HasJournal)
        {
            await use.Composition.StartAsync(cancellationToken);
        }
        else if (visits.Instance.WasRequested)
        {
            visits.Appended = use.Composition.Get<EventTable>().NextAppended;
        }
    }

    // Not before what errands left was seen to: the services may hold what was told without the database.
    private static Task RestAsync(InstanceVisits visits) =>
        visits is { Errands: null, Instance: var instance } && (instance.IdleFor >= AwakeFor || !instance.WasRequested)
            ? instance.RestAsync()
            : Task.CompletedTask;

    // What is to be seen of the instance in its database.
    private async Task RecordAsync(InstanceVisits visits, InstanceComposition composition, CancellationToken cancellationToken)
    {
        await composition.Get<BridgeSchema>().EnsureAsync(cancellationToken);
        await composition.Get<JournalWatch>().RecoverAsync(cancellationToken);
        var recorder = composition.Get<StatusRecorder>();
        await recorder.RecordAsync(ProcessName.Value, cancellationToken);
        visits.Instance.State = InstanceState.Of(recorder.Latest, time.GetUtcNow());
    }

    // Null where the database lacks what the mark is made of: then everything is looked at.
    private static async Task<string?> MarkAsync(
        DolibarrConf conf,
        string? expected,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var database = new DolibarrDatabase(conf, isPooled: false);
        await using (database)
        {
            return await ChangeMark.ReadAsync(database, expected, ProcessName.Value, now.UtcDateTime, cancellationToken);
        }
    }

    private static async Task<bool> HasNothingToFinishAsync(InstanceComposition composition, CancellationToken cancellationToken) =>
        await composition.Get<DevicePolling>().RunOnceAsync(cancellationToken) is null
        && !composition.Get<RefreshJournal>().HasUnfinished();

    private async Task NoteDownAsync(InstanceVisits visits, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        visits.Instance.State = visits.Instance.State with { IsDatabaseUp = false, LookedAt = now };
        visits.Mark = null;
        visits.NextAt = now + WhileDown;
        if (visits.DownSince is null)
        {
            visits.DownSince = now;
            Log.Down(logger, visits.Instance.Name, reason);
        }

        await TellAsync(visits, cancellationToken);
    }

    // A person should hear of it.
    private static async Task TellAsync(InstanceVisits visits, CancellationToken cancellationToken)
    {
        if ((visits.Held ??= visits.Instance.EnterWork()) is { } use)
        {
            await use.Composition.Get<NoticeWatch>().RunOnceAsync(cancellationToken);
        }
    }

    private void NoteProblem(InstanceVisits visits, string problem, InstanceState known)
    {
        visits.Mark = null; // once it has passed, everything is looked at
        visits.NextAt = time.GetUtcNow() + WhileDown;
        if (visits.Instance.State.Problem != problem)
        {
            Log.Unusable(logger, visits.Instance.Name, problem);
        }

        visits.Instance.State = known with { Problem = problem, LookedAt = time.GetUtcNow() };
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The database of the instance {Instance} does not answer: {Reason} It is tried again.")]
        public static partial void Down(ILogger logger, string instance, string reason);

        [LoggerMessage(2, LogLevel.Error, "The instance {Instance} cannot be used: {Problem}")]
        public static partial void Unusable(ILogger logger, string instance, string problem);

        [LoggerMessage(3, LogLevel.Debug, "The look at the instance {Instance} met a lock or a conflict: {Reason} It is tried again.")]
        public static partial void Busy(ILogger logger, string instance, string reason);
    }
}
