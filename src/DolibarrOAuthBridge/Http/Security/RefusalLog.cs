// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>
/// Says in the log that callers with wrong keys and secrets come, for each kind once every ten seconds at most, with their number.
/// </summary>
internal sealed partial class RefusalLog(TimeProvider time, ILogger<RefusalLog> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Tally> _tallies = new(StringComparer.Ordinal);

    /// <summary>Notes one.</summary>
    /// <param name="what">What was wrong; one of a few fixed texts.</param>
    /// <param name="caller">Who sent it, as <see cref="PeerName"/> says.</param>
    public void Note(string what, string caller)
    {
        if (_tallies.GetOrAdd(what, static _ => new Tally()).Add(time.GetUtcNow()) is { } count)
        {
            Log.Refused(logger, count, what, caller);
        }
    }

    private sealed class Tally
    {
        private readonly Lock _gate = new();
        private DateTimeOffset _nextAt = DateTimeOffset.MinValue;
        private int _count;

        // The number to say now; null to say nothing yet.
        public int? Add(DateTimeOffset now)
        {
            lock (_gate)
            {
                _count++;
                if (now < _nextAt)
                {
                    return null;
                }

                var count = _count;
                _nextAt = now + Pause;
                _count = 0;
                return count;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} request(s) {What} were refused, the last one of {Caller}.")]
        public static partial void Refused(ILogger logger, int count, string what, string caller);
    }
}
