// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>Notes which grants are in use, every ten minutes at most, beside the requests: the proactive renewal asks for it.</summary>
internal sealed partial class LastUseRecorder(GrantTable grants, TimeProvider time, ILogger<LastUseRecorder> logger)
{
    private static readonly TimeSpan Precision = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<GrantKey, DateTimeOffset> _recorded = new();

    /// <summary>Notes a use; returns at once.</summary>
    public void Record(GrantKey key)
    {
        var now = time.GetUtcNow();
        if (_recorded.TryGetValue(key, out var last) && (now - last).Duration() < Precision)
        {
            return;
        }

        _recorded[key] = now;
        PendingWrite = WriteAsync(key, now.UtcDateTime);
    }

    /// <summary>The note being written, for those who must wait for it before the process ends.</summary>
    public Task PendingWrite { get; private set; } = Task.CompletedTask;

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
