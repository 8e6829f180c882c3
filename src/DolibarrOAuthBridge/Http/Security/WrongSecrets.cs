// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>
/// Slows down callers that send wrong keys and secrets: after some in a minute each further answer waits, longer and longer, and a
/// caller with too many answers waiting gets 429 for further wrong ones. It is asked once it is known that a secret is wrong: right ones
/// never wait, also where many users count as one caller.
/// </summary>
internal sealed class WrongSecrets(TimeProvider time, RefusalLog log)
{
    /// <summary>Wrong ones within a minute that are answered at once.</summary>
    public const int Free = 20;

    /// <summary>Answers of one caller that wait at a time.</summary>
    public const int MostWaiting = 32;

    /// <summary>The longest wait of an answer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private const int MostCallers = 1000; // bounds the memory; users of one machine are fewer
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Caller> _callers = new(StringComparer.Ordinal);

    /// <summary>Notes a wrong secret and waits before it is answered.</summary>
    /// <param name="name">Who sent it, as <see cref="PeerName"/> says.</param>
    /// <param name="what">What was wrong, for the log, such as <c>without a valid API key</c>.</param>
    /// <param name="cancellationToken">The caller left.</param>
    /// <exception cref="BridgeException"><c>too_many_requests</c>: too many answers wait already.</exception>
    public async Task SlowDownAsync(string name, string what, CancellationToken cancellationToken)
    {
        log.Note(what, name);
        if (_callers.Count >= MostCallers)
        {
            _callers.Clear();
        }

        var caller = _callers.GetOrAdd(name, static _ => new Caller());
        var wait = caller.Count(time.GetUtcNow(), Window);
        if (wait == TimeSpan.Zero)
        {
            return;
        }

        try
        {
            if (Interlocked.Increment(ref caller.Waiting) > MostWaiting)
            {
                throw TooMany();
            }

            await Task.Delay(wait, time, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref caller.Waiting);
        }
    }

    private static BridgeException TooMany() =>
        new(ProblemCode.TooManyRequests, "Too many requests with wrong keys or secrets come from this user. Wait.", Longest);

    private sealed class Caller
    {
        public int Waiting;

        private readonly Lock _gate = new();
        private DateTimeOffset _until;
        private int _number;

        public TimeSpan Count(DateTimeOffset now, TimeSpan window)
        {
            lock (_gate)
            {
                if (now >= _until || _until - now > window)
                {
                    _until = now + window;
                    _number = 0;
                }

                var over = Math.Max(0, ++_number - Free);
                return over * Step < Longest ? over * Step : Longest;
            }
        }
    }
}
