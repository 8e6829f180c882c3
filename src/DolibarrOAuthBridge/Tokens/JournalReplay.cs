// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>Finishes the refreshes of processes that died: what the provider answered is stored, and their leases are given back.</summary>
internal sealed partial class JournalReplay(
    RefreshJournal journal,
    GrantCommitter committer,
    GrantTable grants,
    ILogger<JournalReplay> logger
)
{
    /// <summary>Looks through the journal once. A record that cannot be stored now stays for the next time.</summary>
    /// <returns>The grants that still wait: their refresh tokens in the database are spent.</returns>
    public async Task<IReadOnlySet<GrantKey>> RunAsync(CancellationToken cancellationToken = default)
    {
        var waiting = new HashSet<GrantKey>();
        try
        {
            foreach (var file in journal.Abandoned())
            {
                using (file)
                {
                    if (await FinishAsync(file, cancellationToken) is { } key)
                    {
                        waiting.Add(key);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(logger, exception.Message);
        }

        return waiting;
    }

    // The grant if its record must wait on; null if it is settled.
    private async Task<GrantKey?> FinishAsync(JournalFile file, CancellationToken cancellationToken)
    {
        var answer = file.ReadAnswer();
        var record = answer ?? file.ReadIntent()!;
        var key = new GrantKey(record.Service, record.Entity);
        try
        {
            if (answer?.NewValue is not null)
            {
                var outcome = await committer.CommitAsync(answer, "replayed", cancellationToken);
                Log.Replayed(logger, record.Service, record.Entity, outcome);
            }
            else
            {
                Log.CutOff(logger, record.Service, record.Entity);
            }

            await grants.ReleaseAsync(key, record.Owner, cancellationToken);
            file.Remove();
            return null;
        }
        catch (Exception exception) when (exception is StoreException or Dolibarr.Tokens.TokenUnreadableException)
        {
            Log.Waiting(logger, record.Service, record.Entity, exception.Message);
            return answer is null ? null : key;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "A refresh of {Service} (entity {Entity}) that a crash had cut off was finished from the journal: {Outcome}."
        )]
        public static partial void Replayed(ILogger logger, string service, int entity, CommitOutcome outcome);

        [LoggerMessage(2, LogLevel.Warning, "A refresh of {Service} (entity {Entity}) was cut off before the provider answered.")]
        public static partial void CutOff(ILogger logger, string service, int entity);

        [LoggerMessage(3, LogLevel.Error, "A refreshed grant of {Service} (entity {Entity}) still waits in the journal: {Reason}")]
        public static partial void Waiting(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(4, LogLevel.Error, "The refresh journal cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
