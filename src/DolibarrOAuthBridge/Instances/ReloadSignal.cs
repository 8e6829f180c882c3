// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace DolibarrOAuthBridge.Instances;

/// <summary>SIGHUP (<c>systemctl reload</c>) reads again what is configured.</summary>
internal sealed partial class ReloadSignal(InstanceHost instances, OperatorKey operatorKey, ILogger<ReloadSignal> logger)
    : IHostedService,
        IDisposable
{
    private PosixSignalRegistration? _registration;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        WarnOfKeyFile();
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true; // by default it ends the process
            _ = ReloadAsync();
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _registration?.Dispose();

    private async Task ReloadAsync()
    {
        try
        {
            await instances.ReloadAsync();
            operatorKey.Reload();
            WarnOfKeyFile();
        }
#pragma warning disable CA1031 // nobody waits for this; whatever it is, the sidecar goes on as it was
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Unexpected(logger, exception);
        }
    }

    // Where there is only one Dolibarr, its own configuration has the setting, and its start says so.
    private void WarnOfKeyFile()
    {
        if (instances.HasNames && operatorKey.File is { IsExposed: true } file)
        {
            Log.Exposed(logger, file.Evidence, SecretFile.Advice);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "{Evidence} {Advice}")]
        public static partial void Exposed(ILogger logger, string evidence, string advice);

        [LoggerMessage(1, LogLevel.Error, "Reading the configuration again failed unexpectedly.")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
