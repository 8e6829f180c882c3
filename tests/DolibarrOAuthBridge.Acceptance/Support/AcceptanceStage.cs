// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Sidecar;

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>
/// What the acceptance tests share: a database server, a real Dolibarr with the module enabled through its own setup page, the stand-in
/// provider, the sidecar, and a browser in which the administrator is signed in.
/// </summary>
public sealed class AcceptanceStage : IAsyncLifetime
{
    private readonly Stack<IAsyncDisposable> _props = new();
    private Browser? _browser;

    internal DolibarrSite Site { get; private set; } = null!;

    internal StandInProvider Provider { get; private set; } = null!;

    internal DovecotServer Mail { get; private set; } = null!;

    internal SidecarProgram Bridge { get; private set; } = null!;

    internal SidecarServer Sidecar { get; private set; } = null!;

    internal Browser Browser => _browser!;

    internal DolibarrPages Pages => new(Browser, Site);

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        if (DolibarrSource.Root is null)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var server = Own(await ScratchDatabase.StartAsync(deadline.Token));
        Site = Own(await DolibarrSite.StartAsync(server, deadline.Token));
        _browser = new Browser(Site.BaseAddress);
        Pages.SignIn("admin", Site.AdminPassword);
        if (DolibarrSource.IsSupported)
        {
            await StartBridgeAsync(deadline.Token);
        }
    }

    /// <summary>Starts the sidecar on the address that the module expects.</summary>
    internal async Task StartSidecarAsync(CancellationToken cancellationToken)
    {
        Sidecar = await Bridge.ServeAsync(cancellationToken);
        await Site.Install.SetConstAsync(
            "OAUTHBRIDGE_ADDRESS",
            Sidecar.BaseAddress.AbsoluteUri.TrimEnd('/'),
            cancellationToken: cancellationToken
        );
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _browser?.Dispose();
        if (Sidecar is not null)
        {
            await Sidecar.DisposeAsync();
        }

        while (_props.TryPop(out var prop))
        {
            await prop.DisposeAsync();
        }
    }

    private async Task StartBridgeAsync(CancellationToken cancellationToken)
    {
        Provider = Own(await StandInProvider.StartAsync(TestEntries.ProviderOptions(Site.BaseAddress), cancellationToken));
        await TestEntries.WriteAsync(Site.Install, Provider, cancellationToken);
        Mail = Own(
            await DovecotServer.StartAsync(
                new DovecotServerOptions { IntrospectionEndpoint = Provider.Endpoint("oauth/introspect") },
                cancellationToken
            )
        );
        string[] settings = [.. TestEntries.SidecarSettings(Provider), $"--Bridge:MailCaFile={Mail.AuthorityPath}", "--Bridge:ReadCache=0"];
        Bridge = new SidecarProgram(Site.Install.ConfPath, Path.Combine(Site.Install.DirectoryPath, "state"), settings);
        Pages.EnableModule();
        await StartSidecarAsync(cancellationToken);
    }

    private T Own<T>(T prop)
        where T : IAsyncDisposable
    {
        _props.Push(prop);
        return prop;
    }
}
