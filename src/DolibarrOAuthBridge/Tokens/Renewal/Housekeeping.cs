// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens.Renewal;

/// <summary>Once an hour, removes what is too old from the audit trail and from the hashes of former refresh tokens.</summary>
internal sealed partial class Housekeeping(
    EventTable events,
    SupersededTable superseded,
    UseTable uses,
    BridgeOptions options,
    TimeProvider time,
    ILogger<Housekeeping> logger
)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Does it if it is due.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        if (BoundedTime.IsAhead(_next, now, Interval))
        {
            return;
        }

        _next = now + Interval;
        try
        {
            await events.PruneAsync(options.KeepEvents, cancellationToken);
            await superseded.PruneAsync(cancellationToken);
            await uses.PruneAsync(cancellationToken);
        }
        catch (StoreException exception)
        {
            Log.NotPruned(logger, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Old rows of the bridge's tables could not be removed: {Reason} If a privilege is missing, run sql/grants.sql again."
        )]
        public static partial void NotPruned(ILogger logger, string reason);
    }
}
