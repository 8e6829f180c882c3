// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Sidecar;

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>
/// What the acceptance tests share: a database server, a real Dolibarr with the module enabled through its own setup page, the stand-in
/// provider, the sidecar, and a browser in which the administrator is signed in.
/// </summary>
public sealed class AcceptanceStage : IAsyncLifetime
{
    /// <summary>What <see cref="CollectAsync"/> returns where the login worked and Dolibarr's own library failed after it.</summary>
    internal const string CannotRead = "Dolibarr's library cannot read mail on this PHP.";

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
        await NoteAsync(server, deadline.Token);
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

    /// <summary>Whether Dolibarr's own list of providers has one, without which its mail code finds no token of it.</summary>
    /// <param name="provider">Its name, such as <c>GENERIC</c>.</param>
    internal async Task<bool> KnowsAsync(string provider) => (await Site.RunPhpAsync("providers.php", [])).Split('\n').Contains(provider);

    /// <summary>Whether Dolibarr's mail code finds the tokens of a provider's entries: 20.0.0 finds none of Microsoft.</summary>
    /// <param name="provider">Its name, such as <c>GENERIC</c>.</param>
    internal async Task<bool> FindsForMailAsync(string provider) =>
        await KnowsAsync(provider) && (DolibarrSource.Version != "20.0.0" || provider != "MICROSOFT");

    /// <summary>Runs Dolibarr's own e-mail collector.</summary>
    /// <param name="arguments">Those of <c>collect_mail.php</c>.</param>
    /// <param name="mailbox">The mailbox that it has to log in to.</param>
    /// <returns>What the collector says of the mails that it found.</returns>
    internal async Task<string> CollectAsync(string[] arguments, string mailbox)
    {
        var before = Mail.Log.Length;
        try
        {
            var said = await Site.RunPhpAsync("collect_mail.php", arguments, authority: Mail.AuthorityPath);
            Assert.False(said.StartsWith("failed", StringComparison.Ordinal), said + Mail.Log);
            return said;
        }
        catch (InvalidOperationException exception) when (exception.Message.Contains("/nesbot/carbon/", StringComparison.Ordinal))
        {
            // The library of some releases that reads a mail's date does not work on PHP 8.2. The login comes before.
            Assert.Matches($"imap-login: .*Login: user=<{mailbox}>, method=XOAUTH2", Mail.Log[before..]);
            return CannotRead;
        }
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

    /// <summary>Writes down what this run is on, as the heading of its column in the table that the script makes.</summary>
    private static async Task NoteAsync(IScratchDatabase server, CancellationToken cancellationToken)
    {
        await using var connection = await server.ConnectAsync(cancellationToken: cancellationToken);
        var php = await Command.RunAsync("php", ["-r", "echo PHP_MAJOR_VERSION.'.'.PHP_MINOR_VERSION;"], cancellationToken);
        var database = server.Type == "pgsql" ? "PostgreSQL" : "MariaDB";
        var told = connection.ServerVersion.Replace("5.5.5-", string.Empty, StringComparison.Ordinal); // MariaDB's old prefix
        var version = string.Join('.', told.Split(['.', '-', ' ']).Take(server.Type == "pgsql" ? 1 : 2));
        Directory.CreateDirectory(DolibarrSource.AllArtifacts);
        var note = Path.Combine(DolibarrSource.AllArtifacts, "run.txt");
        await File.WriteAllTextAsync(note, $"{DolibarrSource.Release}, {database} {version}, PHP {php}\n", cancellationToken);
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
