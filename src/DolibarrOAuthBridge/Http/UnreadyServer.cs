// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using DolibarrOAuthBridge.Http.Security;
using DolibarrOAuthBridge.Lifetime;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// Answers on the sockets that systemd holds while the settings or conf.php cannot be used. Otherwise nobody would take up what connects
/// there, and each call of PHP would wait until its time is over.
/// </summary>
internal static class UnreadyServer
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>Says 503 and why to every caller, until what was wrong is mended or the process is told to stop.</summary>
    /// <param name="handles">The listening sockets.</param>
    /// <param name="reason">What is wrong, and what to do.</param>
    /// <param name="isMended">Whether the sidecar could start now. Asked every few seconds, and on SIGHUP.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(
        IReadOnlyList<int> handles,
        string reason,
        Func<Task<bool>> isMended,
        CancellationToken cancellationToken
    )
    {
        var builder = BareServer.CreateBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var handle in handles)
            {
                kestrel.ListenHandle((ulong)handle);
            }
        });
        builder.Services.AddHostedService<SystemdNotifications>();
        var server = builder.Build();
        await using (server)
        {
            server.UseLocalCallersOnly();
            server.Run(context =>
                Problems.WriteAsync(
                    context,
                    StatusCodes.Status503ServiceUnavailable,
                    ProblemCode.StoreUnavailable,
                    $"The bridge cannot start: {reason}",
                    LookAgain
                )
            );
            await server.StartAsync(cancellationToken);
            using var look = new SemaphoreSlim(0);
            using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                look.Release();
            });
            do
            {
                await look.WaitAsync(LookAgain, cancellationToken);
            } while (!await isMended());
            await server.StopAsync(CancellationToken.None);
        }
    }
}
