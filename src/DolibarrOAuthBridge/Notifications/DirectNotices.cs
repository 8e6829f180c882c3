// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Notifications;

/// <summary>
/// What this sidecar tells by itself while the database takes no notices: once when it begins, once a day while it lasts. A way that
/// fails is tried again, at the same intervals as with a database.
/// </summary>
internal sealed class DirectNotices(NoticeDelivery delivery, TimeProvider time, ILogger<DirectNotices> logger)
{
    private readonly Dictionary<Condition, Telling> _tellings = [];

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
            telling.Missed = [.. results.Where(static result => !result.Value.Ok).Select(static result => result.Key)];
        }
    }

    /// <summary>The database takes notices again: what is over, each with what to say of it.</summary>
    /// <param name="lasting">What lasts, such as a journal that is not written yet. In a day it is told as any other notice.</param>
    public IReadOnlyList<NoticeDraft> TakeEnded(HashSet<Condition> lasting)
    {
        var ended = new List<NoticeDraft>();
        foreach (var (condition, telling) in _tellings)
        {
            if (!lasting.Contains(condition))
            {
                var over = StoreConditions.Over(condition);
                ended.Add(over with { Message = $"{over.Message} It could not since {telling.Since.UtcDateTime:yyyy-MM-dd HH:mm} UTC." });
                _tellings.Remove(condition);
            }
            else if (time.GetUtcNow() - telling.At >= ConditionTable.Again)
            {
                _tellings.Remove(condition);
            }
        }

        return ended;
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
