// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using DolibarrOAuthBridge.Http.Security;
using Microsoft.Extensions.Hosting.Systemd;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// Answers on the sockets that systemd holds while the settings or conf.php cannot be used. Otherwise nobody would take up what connects
/// there, and each call of PHP would wait until its time is over.
/// </summary>
internal static partial class UnreadyServer
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>Says 503 and why to every caller, until what was wrong is mended or the process is told to stop.</summary>
    /// <param name="handles">The listening sockets. They stay open.</param>
    /// <param name="reason">What is wrong, and what to do; it is on stderr already.</param>
    /// <param name="look">What is wrong now, or null if the sidecar can start. Asked every few seconds, and on SIGHUP.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(IReadOnlyList<int> handles, string reason, Func<string?> look, CancellationToken cancellationToken)
    {
        var notifier = new SystemdNotifier();
        var builder = BareServer.CreateBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var handle in handles)
            {
                kestrel.ListenHandle((ulong)Duplicate(handle)); // Kestrel closes it at its end
            }
        });
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(2)); // nothing to be finished
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
            using var hangup = new SemaphoreSlim(0);
            using var signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, received =>
            {
                received.Cancel = true;
                hangup.Release();
            });
            for (string? now = reason; now is not null; now = look())
            {
                if (now != reason)
                {
                    reason = now;
                    await Console.Error.WriteLineAsync(reason);
                }

                notifier.Notify(new ServiceState($"READY=1\nSTATUS=Cannot start: {reason.ReplaceLineEndings(" ")}"));
                await hangup.WaitAsync(LookAgain, cancellationToken);
            }

            notifier.Notify(new ServiceState("STATUS="));
            await server.StopAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // half-sent requests
        }
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int handle);
}
