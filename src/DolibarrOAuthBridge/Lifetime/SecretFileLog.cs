// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Lifetime;

/// <summary>Says in the log, at the start, which files with secrets every user of this machine can read or change.</summary>
internal sealed partial class SecretFileLog(IConfiguration configuration, ILogger<SecretFileLog> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var file in SecretFile.Of(configuration).Where(static file => file.IsExposed))
        {
            Log.Exposed(logger, file.Evidence, SecretFile.Advice);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Evidence} {Advice}")]
        public static partial void Exposed(ILogger logger, string evidence, string advice);
    }
}
