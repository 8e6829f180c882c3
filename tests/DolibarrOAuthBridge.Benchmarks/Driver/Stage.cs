// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Benchmarks.Driver;

/// <summary>A throw-away MariaDB with a Dolibarr in it, a provider that takes its time, and the API key.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public const string Entry = "GOOGLE-Mail";

    /// <summary>How long the provider takes to answer.</summary>
    public static readonly TimeSpan ProviderDelay = TimeSpan.FromMilliseconds(500);

    private const int RowsPerStatement = 500;
    private const string TokenPath = "/token";

    private readonly ScratchDirectory _state = ScratchDirectory.Create("bench");
    private int _calls;

    private Stage(ScratchMariaDb server, DolibarrInstall install, ScriptedProvider provider)
    {
        Server = server;
        Install = install;
        Provider = provider;
        provider.Map(TokenPath, async context =>
        {
            var call = Interlocked.Increment(ref _calls);
            await Task.Delay(ProviderDelay);
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $$"""
                    {"access_token":"{{new string(
                        'n',
                        200
                    )}}{{call}}","token_type":"Bearer","expires_in":3600,"refresh_token":"rt-{{call}}"}
                    """
                )
            );
        });
    }

    public ScratchMariaDb Server { get; }

    public DolibarrInstall Install { get; }

    public ScriptedProvider Provider { get; }

    public string ApiKey { get; private set; } = string.Empty;

    public string StateDirectory => _state.Path;

    /// <summary>Calls to the provider so far.</summary>
    public int Calls => _calls;

    public IReadOnlyList<string> Arguments =>
        [
            "--dolibarr-conf",
            Install.ConfPath,
            "--state-directory",
            StateDirectory,
            $"--Providers:Google:TokenEndpoint={Provider.Endpoint(TokenPath)}",
        ];

    public static async Task<Stage> CreateAsync(string program)
    {
        var server = await ScratchMariaDb.StartAsync();
        var install = await DolibarrInstall.CreateAsync(server);
        var stage = new Stage(server, install, await ScriptedProvider.StartAsync());
        var said = await Command.RunAsync(program, ["init", "--reveal", .. stage.Arguments], CancellationToken.None);
        stage.ApiKey = said.TrimEnd().Split('\n')[^1];
        await stage.SetTokenAsync(TimeSpan.FromHours(8));
        return stage;
    }

    public Task SetTokenAsync(TimeSpan life) => Install.SetTokenAsync(Entry, Token("at", life));

    /// <summary>Adds entries with valid tokens, such as GENERIC-E17.</summary>
    public async Task AddEntriesAsync(int count)
    {
        foreach (var numbers in Enumerable.Range(0, count).Chunk(RowsPerStatement))
        {
            var constants = numbers.Select(number =>
                $"('OAUTH_GENERIC-E{number}_ID',1,'client{number}'),('OAUTH_GENERIC-E{number}_SECRET',1,'secret{number}'),"
                + $"('OAUTH_GENERIC-E{number}_SCOPE',1,'mail'),('OAUTH_GENERIC-E{number}_URL',1,'https://id.example.com/')"
            );
            await Server.ExecuteAsync(
                $"INSERT INTO llx_const (name, entity, value) VALUES {string.Join(',', constants)}",
                Install.Database
            );
            var rows = numbers.Select(number =>
            {
                var value = Install.Codec.Encode(Token($"at{number}-", TimeSpan.FromHours(8)), StoredForm.Encrypted());
                return $"('Generic-E{number}','{value}',1,UTC_TIMESTAMP())";
            });
            await Server.ExecuteAsync(
                $"INSERT INTO llx_oauth_token (service, token, entity, datec) VALUES {string.Join(',', rows)}",
                Install.Database
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync();
        await Install.DisposeAsync();
        await Server.DisposeAsync();
        await _state.DisposeAsync();
    }

    private static StoredToken Token(string name, TimeSpan life) =>
        new(
            name + new string('x', 200),
            "refresh-" + name,
            EndOfLife.At(DateTimeOffset.UtcNow + life),
            PhpArray.Empty.With("token_type", new PhpString("Bearer"))
        );
}
