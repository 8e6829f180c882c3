// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Notifications;

/// <summary>
/// What this sidecar tells by itself while the database takes no notices: once when it begins, once a day while it lasts. A webhook that
/// fails is tried again, at the same intervals as with a database; a command is not.
/// </summary>
internal sealed class DirectNotices(NoticeDelivery delivery, TimeProvider time, ILogger<DirectNotices> logger)
{
    private readonly Dictionary<Condition, Telling> _tellings = [];

    /// <summary>Whether something was told so that is not over yet.</summary>
    public bool IsTelling => _tellings.Count > 0;

    /// <summary>Whether it was told so, and is not to be told again yet.</summary>
    public bool Covers(Condition condition) => _tellings.ContainsKey(condition);

    /// <summary>Tells what is new, what was told a day ago, and what a way did not take the last time.</summary>
    public async Task TellAsync(
        IReadOnlyList<(Condition Condition, NoticeDraft Draft)> problems,
        CancellationToken cancellationToken = default
    )
    {
        foreach (var (condition, draft) in problems)
        {
            var (telling, now) = (_tellings.GetValueOrDefault(condition), time.GetUtcNow());
            if (telling is null || now - telling.At >= ConditionTable.Again)
            {
                NoticeLog.Told(logger, draft.Kind, draft.Entry, draft.Entity, draft.Message);
                telling = new Telling(telling?.Since ?? now, now);
                _tellings[condition] = telling;
            }
            else if (telling.Missed.Count == 0 || now < telling.TryAt)
            {
                continue;
            }

            telling.TryAt = now + NoticeDelivery.Wait(telling.Tries++);
            var results = await delivery.SendAsync(draft, telling.Missed, cancellationToken);
            telling.Missed = [.. NoticeDelivery.RetriedWays.Where(way => results.TryGetValue(way, out var result) && !result.Ok)];
        }
    }

    /// <summary>The database takes notices again: what is over, since when it lasted, and what to say of it.</summary>
    /// <param name="lasting">What lasts, such as a journal that is not written yet. In a day it is told as any other notice.</param>
    public IReadOnlyList<(Condition Condition, DateTimeOffset Since, NoticeDraft Over)> FindEnded(HashSet<Condition> lasting)
    {
        foreach (var (condition, telling) in _tellings)
        {
            if (lasting.Contains(condition) && time.GetUtcNow() - telling.At >= ConditionTable.Again)
            {
                _tellings.Remove(condition);
            }
        }

        return
        [
            .. _tellings
                .Where(one => !lasting.Contains(one.Key))
                .Select(static one => (one.Key, one.Value.Since, Over(one.Key, one.Value.Since))),
        ];
    }

    /// <summary>The end of it was told.</summary>
    public void Forget(Condition condition) => _tellings.Remove(condition);

    private static NoticeDraft Over(Condition condition, DateTimeOffset since)
    {
        var over = StoreConditions.Over(condition);
        return over with { Message = $"{over.Message} It could not since {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC." };
    }

    // Since: when it was told first. At: when it was told last.
    private sealed class Telling(DateTimeOffset since, DateTimeOffset at)
    {
        public DateTimeOffset Since => since;

        public DateTimeOffset At => at;

        public DateTimeOffset TryAt { get; set; }

        public int Tries { get; set; }

        /// <summary>The ways that did not take it; all of them before the first try.</summary>
        public IReadOnlyList<string> Missed { get; set; } = NoticeDelivery.Ways;
    }
}
