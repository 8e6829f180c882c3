// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>Says in the log that callers with wrong keys come, once every ten seconds at most, with their number.</summary>
internal sealed partial class RefusalLog(TimeProvider time, ILogger<RefusalLog> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private DateTimeOffset _nextAt = DateTimeOffset.MinValue;
    private int _count;

    public void Note()
    {
        int count;
        lock (_gate)
        {
            _count++;
            var now = time.GetUtcNow();
            if (now < _nextAt)
            {
                return;
            }

            _nextAt = now + Pause;
            count = _count;
            _count = 0;
        }

        Log.Refused(logger, count);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} request(s) without a valid API key were refused.")]
        public static partial void Refused(ILogger logger, int count);
    }
}
