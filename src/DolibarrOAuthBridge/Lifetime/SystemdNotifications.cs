// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.Extensions.Hosting.Systemd;

namespace DolibarrOAuthBridge.Lifetime;

/// <summary>
/// Tells systemd when the sidecar is ready and when it stops (<c>Type=notify</c>). <c>UseSystemd()</c> would do so only if it
/// recognised the parent process in /proc, which the service's sandbox hides.
/// </summary>
internal sealed class SystemdNotifications(IHostApplicationLifetime lifetime) : IHostedService
{
    private readonly SystemdNotifier _notifier = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_notifier.IsEnabled)
        {
            lifetime.ApplicationStarted.Register(() => _notifier.Notify(ServiceState.Ready));
            lifetime.ApplicationStopping.Register(() => _notifier.Notify(ServiceState.Stopping));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
