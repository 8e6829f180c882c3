// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Story;

namespace DolibarrOAuthBridge.Demo.Session;

/// <summary>
/// The stage of the demo for programs in other languages: prints its addresses as one line of JSON, then answers one command a
/// line with one line of JSON, until standard input ends. Everything is gone with it.
/// </summary>
public static class StageSession
{
    /// <summary>What the session understands.</summary>
    public const string Usage = """
        expire ENTRY    gives the entry a grant whose access token ended long ago
        issue ENTRY     gives the entry a grant whose access token lives
        revoke ENTRY    the provider ends all grants of the entry's client
        approve URL     opens an authorization URL and presses Allow; location is where the browser is sent
        refreshes       how many refreshes the provider saw since the last expire or issue
        """;

    private static readonly DateTimeOffset LongAgo = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // The first is for grants without a browser, the second is Dolibarr's.
    private static readonly Uri[] RedirectUris =
    [
        new("http://127.0.0.1/callback"),
        new("http://localhost/dolibarr/custom/oauthbridge/callback.php"),
    ];

    private static readonly StandInClient[] Clients =
    [
        new()
        {
            ClientId = TokenStory.ClientId,
            ClientSecret = "ms~secret~value.é",
            RedirectUris = RedirectUris,
            Scopes = ["email", "https://outlook.office365.com/SMTP.Send", "https://outlook.office365.com/IMAP.AccessAsUser.All"],
        },
        new()
        {
            ClientId = "mail-client.apps.example.com",
            ClientSecret = "mail~secret",
            RedirectUris = RedirectUris,
            Scopes = ["email", "https://mail.google.com/"],
        },
    ];

    /// <summary>Runs the session.</summary>
    /// <param name="input">Where commands come from.</param>
    /// <param name="output">Where JSON goes.</param>
    /// <param name="cancellationToken">Ends the session too.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var stage = new Stage();
        await using (stage)
        {
            await SetAsync(stage, cancellationToken);
            await WriteAsync(output, Addresses(stage));
            while (await input.ReadLineAsync(cancellationToken) is { } line)
            {
                await WriteAsync(output, await AnswerAsync(stage, line, cancellationToken));
            }
        }

        return 0;
    }

    private static async Task SetAsync(Stage stage, CancellationToken cancellationToken)
    {
        await stage.StartDatabaseAsync(cancellationToken);
        await stage.Dolibarr.SetConstAsync("OAUTH_GOOGLE-Mail_ID", Clients[1].ClientId, cancellationToken: cancellationToken);
        await stage.Dolibarr.SetConstAsync("OAUTH_GOOGLE-Mail_SECRET", Clients[1].ClientSecret!, cancellationToken: cancellationToken);
        await stage.StartProviderAsync(Clients, cancellationToken);
        // Without the read cache: rows change behind the bridge's back here, faster than it would notice.
        stage.PrepareBridge([.. Endpoints("Microsoft", stage.Provider), .. Endpoints("Google", stage.Provider), "--Bridge:ReadCache=0"]);
        await stage.StartServerAsync(cancellationToken);
    }

    private static string[] Endpoints(string provider, StandInProvider standIn) =>
        [
            $"--Providers:{provider}:AuthorizationEndpoint={standIn.Endpoint("oauth/authorize")}",
            $"--Providers:{provider}:TokenEndpoint={standIn.Endpoint("oauth/token")}",
            $"--Providers:{provider}:RevocationEndpoint={standIn.Endpoint("oauth/revoke")}",
            $"--Providers:{provider}:Issuer={standIn.BaseAddress}",
        ];

    private static Dictionary<string, object?> Addresses(Stage stage) =>
        new()
        {
            ["bridge"] = stage.Server.BaseAddress.AbsoluteUri.TrimEnd('/'),
            ["api_key"] = stage.ApiKey,
            ["conf"] = stage.Dolibarr.ConfPath,
            ["provider"] = stage.Provider.BaseAddress.AbsoluteUri,
            ["entries"] = new[] { TokenStory.Entry, "GOOGLE-Mail" },
        };

    private static async Task<Dictionary<string, object?>> AnswerAsync(Stage stage, string line, CancellationToken cancellationToken)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["expire", var entry]:
                await GrantAsync(stage, entry, LongAgo, cancellationToken);
                return [];
            case ["issue", var entry]:
                await GrantAsync(stage, entry, null, cancellationToken);
                return [];
            case ["revoke", var entry]:
                await stage.Provider.RevokeGrantsAsync(ClientOf(entry).ClientId, cancellationToken);
                return [];
            case ["approve", var url]:
                return new()
                {
                    ["location"] = (await stage.Provider.ApproveAsync(new Uri(url), cancellationToken: cancellationToken)).AbsoluteUri,
                };
            case ["refreshes"]:
                return new() { ["refreshes"] = stage.Provider.Requests.RefreshCount };
            default:
                return new() { ["error"] = $"{line} is no command. There are: {Usage}" };
        }
    }

    private static async Task GrantAsync(Stage stage, string entry, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var client = ClientOf(entry);
        var tokens = await stage.Provider.IssueAsync(
            client.ClientId,
            null,
            $"{string.Join(' ', client.Scopes)} offline_access",
            cancellationToken
        );
        await stage.Dolibarr.SetTokenAsync(entry, tokens, expiresAt, cancellationToken: cancellationToken);
        stage.Provider.Requests.Clear();
    }

    private static StandInClient ClientOf(string entry) => entry == TokenStory.Entry ? Clients[0] : Clients[1];

    private static async Task WriteAsync(TextWriter output, Dictionary<string, object?> answer)
    {
        await output.WriteLineAsync(JsonSerializer.Serialize(answer));
        await output.FlushAsync();
    }
}
