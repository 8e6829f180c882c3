// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Lifetime;

/// <summary>
/// Keeps <c>oauthbridge_v_status</c> up to date while the sidecar runs: nothing in it is older than half a minute. Its failure stops
/// nothing else.
/// </summary>
internal sealed partial class StatusKeeping(
    StatusRecorder recorder,
    StatusTable table,
    LookSaver looks,
    BridgeSchema schema,
    TimeProvider time,
    ILogger<StatusKeeping> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(24); // with the look itself less than half a minute

    private bool _hasFailed;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await table.LeaveAsync(ProcessName.Value, cancellationToken);
        }
        catch (StoreException)
        {
            // The time in the rows says it as well, a little later.
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the server must not wait for the first look
        while (!stoppingToken.IsCancellationRequested)
        {
            var begun = time.GetTimestamp();
            try
            {
                await schema.EnsureAsync(stoppingToken);
                await LookAsync(stoppingToken);
                _hasFailed = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever it is, the next look must happen
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Say(exception);
            }

            try
            {
                var pause = LargePass.Pause(Interval, recorder.Latest.Count, time.GetElapsedTime(begun), LongestInterval);
                await Task.Delay(pause, time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!await looks.IsNeededAsync(ProcessName.Value, cancellationToken))
        {
            recorder.Confirm();
            return;
        }

        await recorder.RecordAsync(ProcessName.Value, cancellationToken);
        var found = recorder.Latest;
        looks.Looked(found.Count, found.Select(static report => report.Token.ExpiresAt));
        LargePass.ReleaseMemory(found.Count);
    }

    // Once until it works again: the log of a night without a database is long enough.
    private void Say(Exception exception)
    {
        if (!_hasFailed)
        {
            Log.NotWritten(logger, exception.Message);
        }

        _hasFailed = true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The table oauthbridge_v_status is not kept up to date: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
