// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Metrics;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Lifetime;

/// <summary>
/// Reads conf.php again and goes on with its keys, its database account and Dolibarr's URL, without dropping a request. A conf.php that
/// cannot be used changes nothing.
/// </summary>
internal sealed partial class ConfReloader(
    DolibarrConf conf,
    BridgeOptions options,
    DolibarrDatabase database,
    JournalReplay replay,
    ILogger<ConfReloader> logger
) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Reads it again.</summary>
    /// <returns>Whether the new one is in use.</returns>
    public async Task<bool> ReloadAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var newer = SidecarAccount.Read(conf.Path, options);
            if (IsElsewhere(newer))
            {
                Log.Elsewhere(logger, conf.Path);
                return Kept();
            }

            await TryAccountAsync(newer, cancellationToken);
            await replay.RunAsync(cancellationToken); // what the journal holds opens with the key of now
            await database.UseAccountOfAsync(newer);
            conf.Follow(newer);
            Log.Reloaded(logger, conf.Path);
            BridgeMeter.ConfReloaded(isNew: true);
            return true;
        }
        catch (Exception exception) when (exception is DolibarrConfException or SidecarAccountException or StoreException)
        {
            Log.Unusable(logger, conf.Path, exception.Message);
            return Kept();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    // Journal, leases and prepared SQL belong to one database.
    private bool IsElsewhere(DolibarrConf newer) =>
        (newer.DbType, newer.DbHost, newer.DbPort, newer.DbName, newer.DbPrefix)
        != (conf.DbType, conf.DbHost, conf.DbPort, conf.DbName, conf.DbPrefix);

    private static async Task TryAccountAsync(DolibarrConf newer, CancellationToken cancellationToken)
    {
        var probe = new DolibarrDatabase(newer);
        await using (probe)
        {
            await probe.PingAsync(cancellationToken);
        }
    }

    private static bool Kept()
    {
        BridgeMeter.ConfReloaded(isNew: false);
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Read {Path} again: its keys, its database account and its URL are in use.")]
        public static partial void Reloaded(ILogger logger, string path);

        [LoggerMessage(2, LogLevel.Error, "{Path} cannot be used, so the bridge goes on with what it read before: {Reason}")]
        public static partial void Unusable(ILogger logger, string path, string reason);

        [LoggerMessage(
            3,
            LogLevel.Error,
            "{Path} names another database server, database or table prefix now. The bridge goes on with the "
                + "former one; restart it to change over."
        )]
        public static partial void Elsewhere(ILogger logger, string path);
    }
}
