// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Torture;

/// <summary>A Dolibarr database with entries, a strict provider, and the sidecars of a trial.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int AnswerOffset = 4096; // where a journal file holds the answer
    private readonly ScratchMariaDb _server;
    private readonly Dictionary<string, ScratchDirectory> _states = new(StringComparer.Ordinal);
    private string _apiKey = string.Empty;

    private Stage(ScratchMariaDb server, DolibarrInstall install, StrictProvider provider, CuttingProxy proxy, string[] entries)
    {
        _server = server;
        Install = install;
        Provider = provider;
        Proxy = proxy;
        Entries = entries;
    }

    public DolibarrInstall Install { get; }

    public StrictProvider Provider { get; }

    public CuttingProxy Proxy { get; }

    public string[] Entries { get; }

    /// <summary>More settings for its sidecars.</summary>
    public IReadOnlyList<string> Settings { get; set; } = [];

    public static async Task<Stage> CreateAsync(ScratchMariaDb server, int entries)
    {
        var name = "t" + Guid.NewGuid().ToString("N")[..12];
        var install = await DolibarrInstall.CreateAsync(server, new DolibarrInstallOptions { Database = name, User = name });
        var proxy = new CuttingProxy(server.Port);
        var conf = await File.ReadAllTextAsync(install.ConfPath);
        var own = $"$dolibarr_main_db_port='{server.Port}'";
        await File.WriteAllTextAsync(
            install.ConfPath,
            conf.Replace(own, $"$dolibarr_main_db_port='{proxy.Port}'", StringComparison.Ordinal)
        );
        var stage = new Stage(
            server,
            install,
            await StrictProvider.StartAsync(),
            proxy,
            [.. Enumerable.Range(0, entries).Select(number => $"GENERIC-e{number}")]
        );
        foreach (var entry in stage.Entries)
        {
            await stage.AddEntryAsync(entry);
        }

        var output = await Node.RunAsync(["init", "--reveal", .. stage.Arguments("init")]);
        stage._apiKey = output.TrimEnd().Split('\n')[^1].Trim();
        return stage;
    }

    public async Task AddEntryAsync(string entry)
    {
        await Install.SetConstAsync($"OAUTH_{entry}_ID", "client");
        await Install.SetConstAsync($"OAUTH_{entry}_SECRET", "secret");
        await Install.SetConstAsync($"OAUTH_{entry}_URL", Provider.Endpoint.GetLeftPart(UriPartial.Authority));
    }

    public async Task<Node> StartAsync(string state = "a", string? crashAt = null, bool isElsewhere = false, string? conf = null) =>
        await Node.StartAsync(["serve", "--urls", "http://127.0.0.1:0", .. Arguments(state, conf)], _apiKey, crashAt, isElsewhere);

    /// <summary>Another conf.php of the same Dolibarr, which names another server.</summary>
    public async Task<string> WriteConfAsync(int port)
    {
        var path = Path.Combine(Install.DirectoryPath, $"conf-{port}.php");
        var conf = await File.ReadAllTextAsync(Install.ConfPath);
        await File.WriteAllTextAsync(path, conf.Replace($"'{Proxy.Port}'", $"'{port}'", StringComparison.Ordinal));
        return path;
    }

    public string StateDirectory(string state)
    {
        if (!_states.TryGetValue(state, out var directory))
        {
            _states[state] = directory = ScratchDirectory.Create("state");
        }

        return directory.Path;
    }

    public Task ExecuteAsync(string sql) => _server.ExecuteAsync(sql, Install.Database);

    /// <summary>A consent: a new grant in the entry's row.</summary>
    public async Task GrantAsync(string entry, TimeSpan life)
    {
        var service = ServiceOf(entry);
        await ExecuteAsync(
            $"DELETE FROM llx_oauth_token WHERE service = '{service}'; DELETE FROM llx_oauthbridge_grant WHERE service = '{service}'"
        );
        await Install.SetTokenAsync(
            entry,
            new StoredToken(
                $"at.{Guid.NewGuid():N}",
                Provider.Consent(),
                EndOfLife.At(DateTimeOffset.UtcNow + life),
                PhpArray.Empty.With("token_type", new PhpString("Bearer"))
            )
        );
    }

    /// <summary>Notes that every token was handed out a moment ago.</summary>
    public Task UseAllAsync() =>
        ExecuteAsync(
            "INSERT INTO llx_oauthbridge_grant (service, entity, used_at) "
                + "SELECT service, entity, UTC_TIMESTAMP FROM llx_oauth_token "
                + "ON DUPLICATE KEY UPDATE used_at = UTC_TIMESTAMP"
        );

    public async Task<string?> RefreshTokenAsync(string entry)
    {
        var row = await Install.FindTokenRowAsync(entry);
        return row is null ? null : Install.Codec.Decode(row.Value).RefreshToken;
    }

    /// <summary>
    /// After a kill: whether the provider's answer never came to the disk, so that nothing in the world has the newest refresh token.
    /// </summary>
    public async Task<bool> WasCutOffAsync(string entry, string state = "a")
    {
        while (!Provider.IsIdle)
        {
            await Task.Delay(5);
        }

        var files = Directory.GetFiles(StateDirectory(state), "*.refresh");
        return files.Length > 0 && !Provider.IsCurrent(await RefreshTokenAsync(entry)) && !files.Any(HasAnswer);
    }

    /// <summary>Whether refreshes are in the journal.</summary>
    public bool HasJournal(string state = "a") => Directory.GetFiles(StateDirectory(state), "*.refresh").Length > 0;

    /// <summary>Asks by a forced refresh, until it goes well or 40 seconds are over; then looks at the row.</summary>
    public async Task CheckAsync(Node node, Tally tally, IEnumerable<string> entries) =>
        await Parallel.ForEachAsync(entries, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (entry, _) =>
        {
            var (status, text) = (0, string.Empty);
            for (var attempt = 0; attempt < 40 && status != 200; attempt++)
            {
                (status, text) = await node.TokenAsync(entry, isForced: true);
                if (status != 200)
                {
                    if (text.Contains("consent_required", StringComparison.Ordinal))
                    {
                        break;
                    }

                    await Task.Delay(1000, CancellationToken.None);
                }
            }

            if (status != 200)
            {
                tally.Lose($"{entry}: {status} {text}");
                tally.Keep(node.Log);
            }
            else if (!Provider.IsCurrent(await RefreshTokenAsync(entry)))
            {
                tally.Regress($"{entry}: the row does not hold the newest refresh token");
            }
        });

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Provider.DisposeAsync();
        await Install.DisposeAsync();
        foreach (var directory in _states.Values)
        {
            await directory.DisposeAsync();
        }
    }

    private static string ServiceOf(string entry) =>
        entry.Split('-') is [var provider, var label] ? $"{provider[0]}{provider[1..].ToLowerInvariant()}-{label}" : entry;

    private static bool HasAnswer(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var start = new byte[64];
        file.Position = AnswerOffset;
        return file.Read(start) > 0 && start.Any(static one => one != 0);
    }

    private string[] Arguments(string state, string? conf = null) =>
        [
            "--dolibarr-conf",
            conf ?? Install.ConfPath,
            "--state-directory",
            StateDirectory(state),
            $"--Providers:Generic:TokenEndpoint={Provider.Endpoint}",
            .. Settings,
        ];
}
