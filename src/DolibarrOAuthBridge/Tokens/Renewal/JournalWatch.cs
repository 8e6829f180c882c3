// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Tokens.Renewal;

/// <summary>
/// Finishes what is in the journal: at start, and then every few seconds, since each file there keeps its grant from being refreshed.
/// </summary>
internal sealed partial class JournalWatch(
    RefreshJournal journal,
    JournalReplay replay,
    UnreleasedLeases unreleased,
    BridgeOptions options,
    TimeProvider time,
    ILogger<JournalWatch> logger
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private string? _problem;

    /// <summary>Recovers until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        journal.Rehearse();
        var pause = options.RenewalInterval < Pause ? options.RenewalInterval : Pause;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await RecoverAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever it is, the next look must happen
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.Failed(logger, exception);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Recovers once, gives back what leases are left, and says it when the journal cannot be used.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken = default)
    {
        var problem = journal.FindProblem();
        if (problem is not null && problem != _problem)
        {
            Log.Unusable(logger, problem);
        }

        _problem = problem;
        await replay.RunAsync(cancellationToken);
        await unreleased.ReleaseAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Problem}")]
        public static partial void Unusable(ILogger logger, string problem);

        [LoggerMessage(2, LogLevel.Error, "Looking through the journal failed, trying again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
