// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Headers;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Sidecar;

namespace DolibarrOAuthBridge.Demo.Story;

/// <summary>
/// What the demo plays on: a throw-away database with rows that a real Dolibarr wrote, a stand-in provider, and the sidecar.
/// </summary>
public sealed class Stage : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _props = new();

    /// <summary>Dolibarr's database and conf.php.</summary>
    public DolibarrInstall Dolibarr { get; private set; } = null!;

    /// <summary>The identity provider.</summary>
    public StandInProvider Provider { get; private set; } = null!;

    /// <summary>The mail server.</summary>
    public DovecotServer Mail { get; private set; } = null!;

    /// <summary>The sidecar's program, pointed at them.</summary>
    public SidecarProgram Bridge { get; private set; } = null!;

    /// <summary>The running sidecar.</summary>
    public SidecarServer Server { get; private set; } = null!;

    /// <summary>A client of the sidecar that holds the API key.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>The API key.</summary>
    public string ApiKey { get; private set; } = string.Empty;

    /// <summary>Starts a MariaDB and loads the rows.</summary>
    /// <returns>What was started.</returns>
    public async Task<string> StartDatabaseAsync(CancellationToken cancellationToken)
    {
        var server = Own(await ScratchMariaDb.StartAsync(new ScratchMariaDbOptions { UseTemplate = false }, cancellationToken));
        Dolibarr = Own(await DolibarrInstall.CreateAsync(server, cancellationToken: cancellationToken));
        return $"MariaDB {server.Version} on port {server.Port}";
    }

    /// <summary>Starts a mail server that asks the provider about tokens.</summary>
    public async Task<string> StartMailAsync(CancellationToken cancellationToken)
    {
        var options = new DovecotServerOptions { IntrospectionEndpoint = Provider.Endpoint("oauth/introspect") };
        Mail = Own(await DovecotServer.StartAsync(options, cancellationToken));
        return $"Dovecot {Mail.Version}, SMTP on port {Mail.SubmissionPort}, IMAP on port {Mail.ImapsPort}";
    }

    /// <summary>Starts the provider with the clients that the entries name.</summary>
    public async Task<string> StartProviderAsync(IReadOnlyList<StandInClient> clients, CancellationToken cancellationToken)
    {
        Provider = Own(
            await StandInProvider.StartAsync(
                new StandInProviderOptions
                {
                    Clients = [.. clients, DovecotServerOptions.ResourceServer],
                    OpaqueAccessTokens = true,
                    DeviceInterval = TimeSpan.FromSeconds(1),
                },
                cancellationToken
            )
        );
        return $"listening on {Provider.BaseAddress}";
    }

    /// <summary>Makes the program ready to run, with the entries' providers at the stand-in.</summary>
    public void PrepareBridge(IReadOnlyList<string> settings) =>
        Bridge = new SidecarProgram(Dolibarr.ConfPath, Path.Combine(Dolibarr.DirectoryPath, "state"), settings);

    /// <summary>Runs the sidecar.</summary>
    public async Task<string> StartServerAsync(CancellationToken cancellationToken)
    {
        Server = Own(await Bridge.ServeAsync(cancellationToken));
        ApiKey = (await RunAsync(["init", "--reveal"], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Trim();
#pragma warning disable RS0030 // the rule is about providers; this client calls the sidecar
        Client = new HttpClient { BaseAddress = Server.BaseAddress };
#pragma warning restore RS0030
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        await WaitUntilReadyAsync(cancellationToken);
        return $"ready on {Server.BaseAddress}";
    }

    /// <summary>Runs a command of the program, which must succeed.</summary>
    /// <returns>Its output.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message is what it said.</exception>
    public async Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var result = await Bridge.RunAsync(arguments, cancellationToken);
        return result.ExitStatus == 0 ? result.Output : throw new InvalidOperationException(result.Error.Trim());
    }

    /// <summary>Calls the sidecar and returns the answer's JSON, which must be a success.</summary>
    public Task<JsonElement> CallAsync(HttpMethod method, string path, CancellationToken cancellationToken) =>
        CallAsync(method, path, null, cancellationToken);

    /// <summary>The same with a body, which is disposed of.</summary>
    public async Task<JsonElement> CallAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await Client.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        Narrator.Require(response.IsSuccessStatusCode, $"{method} {path} answered {(int)response.StatusCode}: {body}");
        return body.Length == 0 ? default : JsonDocument.Parse(body).RootElement;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        while (_props.TryPop(out var prop))
        {
            await prop.DisposeAsync();
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var ready = await Poll.UntilAsync(
            () => Client.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken).GetAwaiter().GetResult().IsSuccessStatusCode,
            TimeSpan.FromSeconds(10),
            cancellationToken
        );
        Narrator.Require(ready, $"The sidecar is not ready: {Server.Log}");
    }

    private T Own<T>(T prop)
        where T : IAsyncDisposable
    {
        _props.Push(prop);
        return prop;
    }
}
