// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents.Device;

/// <summary>
/// Polls the consents by device code that are under way, each at its own pace: those begun here at once, and every half
/// minute those that another process left behind.
/// </summary>
internal sealed partial class DevicePolling(
    ConsentTable consents,
    DevicePoller poller,
    DevicePollSignal pollSignal,
    TimeProvider time,
    ILogger<DevicePolling> logger
) : BackgroundService
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(200);

    /// <summary>Polls every consent that is due.</summary>
    /// <returns>When the next one is due; null if none is pending.</returns>
    public async Task<DateTimeOffset?> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var pending = await consents.ListPendingAsync(ConsentFlows.Device, cancellationToken);
            var due = await Task.WhenAll(pending.Select(PollAsync));
            return due.Min();
        }
        catch (StoreException exception)
        {
            Log.NoDatabase(logger, exception.Message);
            return null;
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the server must not wait for the first look
        while (!stoppingToken.IsCancellationRequested)
        {
            var rest = LongestRest;
            try
            {
                rest = await RunOnceAsync(stoppingToken) is { } due ? due - time.GetUtcNow() : LongestRest;
            }
#pragma warning disable CA1031 // whatever it is, the next look must happen
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Log.Failed(logger, exception);
            }

            try
            {
                await pollSignal.WaitAsync(
                    rest < ShortestRest ? ShortestRest
                        : rest > LongestRest ? LongestRest
                        : rest,
                    time,
                    stoppingToken
                );
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // One consent's failure must not keep the others waiting.
    private async Task<DateTimeOffset?> PollAsync(ConsentRow row)
    {
        try
        {
            return await poller.PollAsync(row);
        }
        catch (Exception exception) when (exception is StoreException or BridgeException)
        {
            Log.NotPolled(logger, row.Key.Service, row.Key.Entity, exception.Message);
            return time.GetUtcNow() + LongestRest;
        }
#pragma warning disable CA1031 // whatever it is, the next look must happen
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Unexpected(logger, exception, row.Key.Service, row.Key.Entity);
            return time.GetUtcNow() + LongestRest;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Consents by device code wait for the database: {Reason}")]
        public static partial void NoDatabase(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The consent by device code for {Service} (entity {Entity}) could not be polled: {Reason}")]
        public static partial void NotPolled(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(4, LogLevel.Error, "Looking for consents by device code failed and goes on.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(3, LogLevel.Error, "Polling for {Service} (entity {Entity}) failed and goes on.")]
        public static partial void Unexpected(ILogger logger, Exception exception, string service, int entity);
    }
}
