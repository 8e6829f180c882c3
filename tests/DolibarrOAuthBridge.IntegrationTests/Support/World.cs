// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Data.Common;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using Microsoft.Extensions.Configuration;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>A Dolibarr database with its conf.php, a provider, a state directory, and the bridges that work on them.</summary>
internal sealed class World : IAsyncDisposable
{
    public const string Entry = "GOOGLE-Mail";
    public const string Service = "Google-Mail";
    public const string ClientId = "client-of-the-tests";
    public const string ClientSecret = "canary-s3cret:with+%&specials /~";

    private readonly IScratchDatabase _server;
    private readonly ScratchDirectory _state;
    private readonly ConcurrentBag<BridgeHost> _hosts = [];
    private readonly ConcurrentBag<Sidecar> _sidecars = [];
    private Dictionary<string, string?> _account = [];

    private World(IScratchDatabase server, DolibarrInstall install, Authority authority, ScratchDirectory state)
    {
        _server = server;
        SidecarUser = install.User + "b";
        _state = state;
        Install = install;
        Authority = authority;
    }

    public DolibarrInstall Install { get; }

    public Authority Authority { get; }

    public TestClock Clock { get; } = new();

    /// <summary>The sidecar's own database account, which may do what sql/grants.sql says and nothing else.</summary>
    public string SidecarUser { get; }

    public string SidecarPassword { get; } = Guid.NewGuid().ToString("N");

    public string StateDirectory => _state.Path;

    /// <summary>The executable, where it is not the one that was built with the tests.</summary>
    public string? Program { get; set; }

    public string ApiKey { get; private set; } = string.Empty;

    public IReadOnlyList<string> JournalFiles =>
        [.. Directory.EnumerateFiles(_state.Path, "*.refresh*").Select(path => Path.GetFileName(path))];

    /// <summary>
    /// Makes a Dolibarr whose entry GOOGLE-Mail is known at the provider, with the bridge's tables and the sidecar's own narrow
    /// account.
    /// </summary>
    public static async Task<World> CreateAsync(IScratchDatabase server, DolibarrInstallOptions? options = null)
    {
        var world = await CreateBareAsync(server, options);
        await world.UseSidecarAccountAsync();
        return world;
    }

    /// <summary>
    /// Makes the same as an admin has it before <c>init</c>: no tables of the bridge, and Dolibarr's account for everything.
    /// </summary>
    public static async Task<World> CreateBareAsync(IScratchDatabase server, DolibarrInstallOptions? options = null)
    {
        var name = "d" + Guid.NewGuid().ToString("N")[..12];
        var install = await DolibarrInstall.CreateAsync(
            server,
            (options ?? new DolibarrInstallOptions()) with
            {
                Database = name,
                User = name,
            }
        );
        var authority = await Authority.StartAsync();
        authority.ClientSecret = ClientSecret;
        var world = new World(server, install, authority, ScratchDirectory.Create("state"));
        await install.SetConstAsync($"OAUTH_{Entry}_ID", ClientId);
        await install.SetConstAsync($"OAUTH_{Entry}_SECRET", ClientSecret);
        return world;
    }

    /// <summary>Makes the bridge's tables and the sidecar's own account, which everything but init and rekey uses from now on.</summary>
    public async Task UseSidecarAccountAsync()
    {
        await Install.AddSidecarAccountAsync(SidecarUser, SidecarPassword);
        await File.WriteAllTextAsync(PasswordFile, SidecarPassword);
        File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _account = new() { ["Bridge:DatabaseUser"] = SidecarUser, ["Bridge:DatabasePasswordFile"] = PasswordFile };
    }

    /// <summary>Puts a consented grant into the row.</summary>
    public async Task<StoredToken> GrantAsync(TimeSpan life, string entry = Entry, int length = 0)
    {
        var extra = PhpArray.Empty.With("token_type", new PhpString("Bearer")).With("scope", new PhpString("https://mail.google.com/"));
        var token = new StoredToken(
            "at-canary-" + Guid.NewGuid().ToString("N").PadRight(length, 'x'),
            Authority.Consent(),
            EndOfLife.At(Clock.GetUtcNow() + life),
            extra
        );
        await Install.SetTokenAsync(entry, token);
        return token;
    }

    public Task<StoredToken> GrantExpiredAsync(string entry = Entry) => GrantAsync(TimeSpan.FromMinutes(-5), entry);

    public Task<StoredToken> StoredAsync(string entry = Entry) => Install.ReadTokenAsync(entry);

    public async Task<string> RawAsync(string entry = Entry) => (await Install.FindTokenRowAsync(entry))!.Value!;

    public Task ExecuteAsync(string sql) => _server.ExecuteAsync(TestSql.For(sql), Install.Database);

    public async Task<string> QueryAsync(string sql)
    {
        await using var connection = await _server.ConnectAsync(Install.Database);
        await using var command = connection.CreateCommand();
        command.CommandText = TestSql.For(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(
                string.Join(
                    '|',
                    Enumerable
                        .Range(0, reader.FieldCount)
                        .Select(column =>
                            reader.GetValue(column) switch
                            {
                                DBNull => "NULL",
                                bool flag => flag ? "1" : "0",
                                var value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
                            }
                        )
                )
            );
        }

        return string.Join('\n', rows);
    }

    /// <summary>A superuser's connection that a test keeps a lock with.</summary>
    public Task<DbConnection> ConnectAsync() => _server.ConnectAsync(Install.Database);

    public IReadOnlyDictionary<string, string?> Settings { get; set; } = new Dictionary<string, string?>();

    /// <summary>How long bridges in this process remember what they read: not at all, unless a test is about that.</summary>
    public TimeSpan ReadCache { get; set; } = TimeSpan.Zero;

    public BridgeHost Open(BridgeOptions? options = null, string? databaseHost = null)
    {
        var given = options ?? new BridgeOptions();
        var complete = new BridgeOptions
        {
            DolibarrConf = Install.ConfPath,
            StateDirectory = given.StateDirectory.Length > 0 ? given.StateDirectory : StateDirectory,
            InDoubtFor = given.InDoubtFor,
            LeaseDuration = given.LeaseDuration,
            DatabaseUser = _account.GetValueOrDefault("Bridge:DatabaseUser") ?? string.Empty,
            DatabasePasswordFile = PasswordFile,
            ProviderDeadline = given.ProviderDeadline,
            MinTtl = given.MinTtl,
            RenewAhead = given.RenewAhead,
            Renewal = given.Renewal,
            RenewalInterval = given.RenewalInterval,
            MailDeadline = given.MailDeadline,
            MailCaFile = given.MailCaFile,
            UseProxy = given.UseProxy,
            NoProxy = given.NoProxy,
            CaFile = given.CaFile,
            Notify = given.Notify,
            ReadCache = ReadCache,
        };
        var conf = SidecarAccount.Apply(DolibarrConfReader.Read(Install.ConfPath), complete);
        var host = new BridgeHost(
            conf with
            {
                DbHost = databaseHost ?? conf.DbHost,
            },
            complete,
            new ConfigurationBuilder().AddInMemoryCollection(ProviderSettings()).AddInMemoryCollection(Settings).Build(),
            Clock
        );
        _hosts.Add(host);
        return host;
    }

    /// <summary>Makes the bridge's tables and the API key by the command line.</summary>
    public async Task InitAsync()
    {
        var result = await RunAsync("init", "--reveal");
        Assert.True(result.ExitCode == 0, result.Error);
        ApiKey = result.Output.TrimEnd().Split('\n')[^1];
    }

    /// <summary>Starts the real executable and waits until it listens.</summary>
    public async Task<Sidecar> ServeAsync(IReadOnlyDictionary<string, string>? environment = null, params string[] more)
    {
        if (ApiKey.Length == 0)
        {
            await InitAsync();
        }

        var sidecar = Sidecar.Start(["serve", "--urls", "http://127.0.0.1:0", .. Common(), .. more], environment, ApiKey, Program);
        _sidecars.Add(sidecar);
        await sidecar.WaitUntilListeningAsync();
        return sidecar;
    }

    /// <summary>How the real executable is started, for tests that talk to it while it runs.</summary>
    public System.Diagnostics.ProcessStartInfo StartInfo(params string[] arguments) =>
        Sidecar.StartInfo([.. arguments, .. Common()], null, null);

    /// <summary>Runs the real executable to its end.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => Sidecar.RunAsync([.. arguments, .. Common()], null, Program);

    public Task<CommandResult> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Sidecar.RunAsync([.. arguments, .. Common()], environment, Program);

    /// <summary>A command line for this world.</summary>
    public IReadOnlyList<string> Arguments(params string[] arguments) => [.. arguments, .. Common()];

    /// <summary>Changes conf.php by hand, as an administrator does.</summary>
    public async Task RewriteConfAsync(string from, string to)
    {
        var conf = await File.ReadAllTextAsync(Install.ConfPath);
        Assert.Contains(from, conf, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Install.ConfPath, conf.Replace(from, to, StringComparison.Ordinal));
    }

    /// <summary>Starts the real executable for a conversation.</summary>
    public RunningCommand Start(params string[] arguments) =>
        RunningCommand.Start(Sidecar.StartInfo([.. arguments, .. Common()], null, null));

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        foreach (var sidecar in _sidecars)
        {
            await sidecar.DisposeAsync();
        }

        await Authority.DisposeAsync();
        await Install.DisposeAsync();
        await _state.DisposeAsync();
        RequireSilence();
    }

    private string PasswordFile => Path.Combine(Install.DirectoryPath, "sidecar-password");

    private string[] Common() =>
        [
            "--dolibarr-conf",
            Install.ConfPath,
            "--state-directory",
            StateDirectory,
            .. ProviderSettings().Concat(_account).Concat(Settings).Select(setting => $"--{setting.Key}={setting.Value}"),
        ];

    private Dictionary<string, string?> ProviderSettings() =>
        new()
        {
            ["Providers:Google:TokenEndpoint"] = Authority.TokenEndpoint,
            ["Providers:Google:RevocationEndpoint"] = Authority.RevocationEndpoint,
        };

    // No test may end with a secret in anybody's log.
    private void RequireSilence()
    {
        string[] secrets =
        [
            .. Authority.Issued,
            "canary",
            Install.Password,
            SidecarPassword,
            .. ApiKey.Length > 0 ? [ApiKey] : Array.Empty<string>(),
        ];
        foreach (var log in _hosts.Select(host => host.Log.Text).Concat(_sidecars.Select(sidecar => sidecar.Output)))
        {
            Assert.All(secrets, secret => Assert.False(log.Contains(secret, StringComparison.Ordinal), "A secret is in the log."));
        }
    }
}
