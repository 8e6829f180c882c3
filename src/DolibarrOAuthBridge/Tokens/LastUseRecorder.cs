// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Notes beside the requests which grants are in use, every ten minutes at most, for the proactive renewal; and who uses them, every
/// minute at most for each caller.
/// </summary>
internal sealed partial class LastUseRecorder(GrantTable grants, UseTable uses, TimeProvider time, ILogger<LastUseRecorder> logger)
{
    private static readonly TimeSpan Precision = TimeSpan.FromMinutes(10);

    private const int MaxCallers = 1000;

    private readonly ConcurrentDictionary<GrantKey, DateTimeOffset> _recorded = new();
    private readonly ConcurrentDictionary<(GrantKey, string), DateTime> _callers = new();

    /// <summary>Notes a use; returns at once.</summary>
    /// <param name="key">The grant.</param>
    /// <param name="caller">Who was given its token; null if nobody knows.</param>
    public void Record(GrantKey key, string? caller = null)
    {
        var now = time.GetUtcNow();
        RecordCaller(key, caller, now);
        if (_recorded.TryGetValue(key, out var last) && (now - last).Duration() < Precision)
        {
            return;
        }

        _recorded[key] = now;
        PendingWrite = Task.WhenAll(PendingWrite, WriteAsync(key, now.UtcDateTime));
    }

    /// <summary>The note being written, for those who must wait for it before the process ends.</summary>
    public Task PendingWrite { get; private set; } = Task.CompletedTask;

    private void RecordCaller(GrantKey key, string? caller, DateTimeOffset now)
    {
        var minute = new DateTime(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), DateTimeKind.Utc);
        if (caller is null || (_callers.TryGetValue((key, caller), out var last) && last == minute))
        {
            return;
        }

        if (_callers.Count >= MaxCallers)
        {
            _callers.Clear(); // it only saves statements
        }

        _callers[(key, caller)] = minute;
        PendingWrite = Task.WhenAll(PendingWrite, WriteCallerAsync(key, caller, minute));
    }

    private async Task WriteCallerAsync(GrantKey key, string caller, DateTime minute)
    {
        try
        {
            await uses.RecordAsync(key, caller, minute);
        }
        catch (StoreException exception)
        {
            Log.NotNoted(logger, key.Service, exception.Message);
        }
    }

    private async Task WriteAsync(GrantKey key, DateTime at)
    {
        try
        {
            await grants.RecordUseAsync(key, at);
        }
        catch (StoreException exception)
        {
            Log.NotNoted(logger, key.Service, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The use of {Service} could not be noted: {Reason}")]
        public static partial void NotNoted(ILogger logger, string service, string reason);
    }
}
