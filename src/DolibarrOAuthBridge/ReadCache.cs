// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace DolibarrOAuthBridge;

/// <summary>
/// Keeps what was read from the database for a short time, and lets concurrent readers of one key share one read. A value is
/// given out until its lifetime is over, counted from the moment before it was read; a read that failed is not kept.
/// </summary>
/// <param name="lifetime">How old a value may be; zero reads every time.</param>
/// <param name="time">The clock; jumps of the wall clock do not matter.</param>
/// <param name="capacity">From how many keys on old values are removed.</param>
internal sealed class ReadCache<TKey, TValue>(TimeSpan lifetime, TimeProvider time, int capacity = 1024)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Read> _reads = new();
    private long _sweptAt = time.GetTimestamp();

    /// <summary>The value of a key: the one that is known, if it is young enough, or a new one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="read">Reads the value. The read is shared, so no caller can cancel it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    public Task<TValue> GetAsync(TKey key, Func<CancellationToken, Task<TValue>> read, CancellationToken cancellationToken = default)
    {
        if (lifetime <= TimeSpan.Zero)
        {
            return read(cancellationToken);
        }

        if (!_reads.TryGetValue(key, out var known) || !IsFresh(known))
        {
            Sweep();
            var next = new Read(time.GetTimestamp(), self => RunAsync(key, self, read));
            known = _reads.AddOrUpdate(key, next, (_, present) => IsFresh(present) ? present : next);
        }

        return known.Result.WaitAsync(cancellationToken);
    }

    /// <summary>The value of a key if it is known and young enough; costs nothing.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_reads.TryGetValue(key, out var known) && known.IsDone && IsFresh(known))
        {
            value = known.Result.Result;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Forgets a key, also a read of it that is under way: what is asked for from now on is read anew.</summary>
    public void Forget(TKey key) => _reads.TryRemove(key, out _);

    /// <summary>Forgets everything.</summary>
    public void Clear() => _reads.Clear();

    private bool IsFresh(Read read) => time.GetElapsedTime(read.StartedAt) < lifetime;

    private async Task<TValue> RunAsync(TKey key, Read self, Func<CancellationToken, Task<TValue>> read)
    {
        try
        {
            return await read(CancellationToken.None);
        }
        catch
        {
            _reads.TryRemove(KeyValuePair.Create(key, self));
            throw;
        }
    }

    // Secrets of keys that nobody asks for any more do not stay in memory without a bound.
    private void Sweep()
    {
        var last = Interlocked.Read(ref _sweptAt);
        if (
            _reads.Count < capacity
            || time.GetElapsedTime(last) < lifetime
            || Interlocked.CompareExchange(ref _sweptAt, time.GetTimestamp(), last) != last
        )
        {
            return;
        }

        foreach (var pair in _reads)
        {
            if (!IsFresh(pair.Value))
            {
                _reads.TryRemove(pair);
            }
        }
    }

    // Starts when somebody first waits for it: the dictionary may be offered one that it does not keep.
    private sealed class Read
    {
        private readonly Lazy<Task<TValue>> _result;

        public Read(long startedAt, Func<Read, Task<TValue>> start)
        {
            StartedAt = startedAt;
            _result = new Lazy<Task<TValue>>(() => start(this));
        }

        public long StartedAt { get; }

        public Task<TValue> Result => _result.Value;

        public bool IsDone => _result is { IsValueCreated: true, Value.IsCompletedSuccessfully: true };
    }
}
