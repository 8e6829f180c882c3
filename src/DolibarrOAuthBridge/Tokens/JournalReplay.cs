// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Finishes the refreshes of processes that are gone, and this process's own that the database could not take: what the provider
/// answered is stored and the lease given back. Each grant is recovered by one at a time, and by itself: none waits for another.
/// </summary>
internal sealed partial class JournalReplay(
    RefreshJournal journal,
    GrantCommitter committer,
    GrantLeaseTable leases,
    UnreleasedLeases unreleased,
    EntryTable entries,
    BridgeOptions options,
    ILogger<JournalReplay> logger
)
{
    private const int AtOnce = 8;

    private readonly ConcurrentDictionary<GrantKey, SemaphoreSlim> _gates = new();
    private string? _unreadable; // said once, not every few seconds

    /// <summary>Recovers every grant that has a file in the journal. A record that cannot be stored now stays for the next time.</summary>
    /// <returns>The grants that still wait: their refresh tokens in the database are spent, or being spent.</returns>
    public async Task<IReadOnlySet<GrantKey>> RunAsync(CancellationToken cancellationToken = default)
    {
        var waiting = new ConcurrentDictionary<GrantKey, bool>();
        try
        {
            var limit = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(journal.Grants(), limit, async (grant, cancellation) =>
            {
                var key = new GrantKey(grant.Service, grant.Entity);
                if (!await RecoverAsync(key, cancellation))
                {
                    waiting[key] = true;
                }
            });
            _unreadable = null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (_unreadable != exception.GetType().Name)
            {
                Log.Unreadable(logger, exception.Message);
            }

            _unreadable = exception.GetType().Name;
        }

        return waiting.Keys.ToHashSet();
    }

    /// <summary>Recovers one grant.</summary>
    /// <returns>Whether nothing of it is left in the journal, so that its refresh token may be spent.</returns>
    public async Task<bool> RecoverAsync(GrantKey key, CancellationToken cancellationToken = default)
    {
        var gate = _gates.GetOrAdd(key, static _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            var isClear = true;
            foreach (var path in journal.FilesOf(key.Service, key.Entity))
            {
                isClear &= await FinishAsync(path, cancellationToken);
            }

            return isClear;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(logger, exception.Message);
            return false;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Whether an answer for one grant waits in the journal, of a process that is done with it.</summary>
    public bool HoldsAnswer(GrantKey key)
    {
        foreach (var path in journal.FilesOf(key.Service, key.Entity))
        {
            using var file = TryOpen(path);
            if (file?.ReadAnswer() is not null)
            {
                return true;
            }
        }

        return false;
    }

    // Whether the file is settled and gone.
    private async Task<bool> FinishAsync(string path, CancellationToken cancellationToken)
    {
        using var file = TryOpen(path);
        if (file is null)
        {
            return !File.Exists(path); // its process lives and works on it, or it is another user's
        }

        var answer = file.ReadAnswer();
        if ((answer ?? file.ReadIntent()) is not { } record)
        {
            return false; // sealed with a key that is lost; the journal has said so
        }

        if (record.Service.Length == 0)
        {
            file.Remove(); // a rehearsal
            return true;
        }

        return await FinishAsync(file, record, cancellationToken);
    }

    private async Task<bool> FinishAsync(JournalFile file, JournalRecord record, CancellationToken cancellationToken)
    {
        var key = new GrantKey(record.Service, record.Entity);
        try
        {
            if (journal.IsFromAnotherServer(record) && !await IsKnownAsync(key, record.Owner, cancellationToken))
            {
                return true; // of another Dolibarr, whose database has the same name
            }

            if (record.IsAnswered)
            {
                await entries.FindReleaseAsync(cancellationToken); // nothing may have read it yet, and the row's key goes by it
                var outcome = await committer.CommitAsync(record, EventKind.Replayed, cancellationToken);
                Log.Replayed(logger, record.Service, record.Entity, outcome);
            }
            else
            {
                Log.CutOff(logger, record.Service, record.Entity);
            }

            file.Remove();
            await leases.ReleaseAsync(key, record.Owner, cancellationToken);
            return true;
        }
        catch (StoreException exception)
        {
            if (!File.Exists(file.FilePath))
            {
                unreleased.Add(key, record.Owner);
                return true;
            }

            Log.Waiting(logger, record.Service, record.Entity, exception.Message);
            await KeepLeaseAsync(key, record.Owner, cancellationToken);
            return false;
        }
    }

    // Whether this database was told of the refresh before it began.
    private async Task<bool> IsKnownAsync(GrantKey key, string owner, CancellationToken cancellationToken)
    {
        var state = await leases.FindLeaseAsync(key, cancellationToken);
        return state.Owner == owner || state.IntentOwner == owner;
    }

    private JournalFile? TryOpen(string path)
    {
        try
        {
            return journal.TryOpenAbandoned(path);
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    // While the answer waits, no other sidecar may begin a refresh.
    private async Task KeepLeaseAsync(GrantKey key, string owner, CancellationToken cancellationToken)
    {
        try
        {
            await leases.KeepAsync(key, owner, options.LeaseDuration, cancellationToken);
        }
        catch (StoreException)
        {
            // Said already: the database does not work.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A refresh of {Service} (entity {Entity}) was finished from the journal: {Outcome}.")]
        public static partial void Replayed(ILogger logger, string service, int entity, CommitOutcome outcome);

        [LoggerMessage(2, LogLevel.Warning, "A refresh of {Service} (entity {Entity}) was cut off before the provider answered.")]
        public static partial void CutOff(ILogger logger, string service, int entity);

        [LoggerMessage(3, LogLevel.Error, "A refreshed grant of {Service} (entity {Entity}) still waits in the journal: {Reason}")]
        public static partial void Waiting(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(4, LogLevel.Error, "The refresh journal cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
