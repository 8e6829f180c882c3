// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.Demo.Story;

/// <summary>An entry without a token gets one, by browser and by device code, and loses it again.</summary>
public sealed class ConsentStory(Stage stage, Narrator narrator)
{
    private const string Entry = "GENERIC-Desk";
    private const string Person = "grace@example.com";
    private const string Session = "a hash of the PHP session's id";

    // Where the module's callback page is under the $dolibarr_main_url_root of the throw-away conf.php.
    private static readonly Uri CallbackPage = new("http://localhost/dolibarr/custom/oauthbridge/callback.php");

    private static readonly string Call = $"/v1/entries/{Entry}";

    /// <summary>The entry's client at the provider, which refuses a code without PKCE.</summary>
    public static StandInClient Client { get; } =
        new()
        {
            ClientId = "dolibarr-desk",
            ClientSecret = "desk~secret",
            Scopes = ["email"],
            RedirectUris = [CallbackPage],
            RequirePkce = true,
        };

    /// <summary>Plays the chapters.</summary>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        await PlayBrowserAsync(cancellationToken);
        await PlayRevocationAsync(cancellationToken);
        await PlayDeviceAsync(cancellationToken);
        await PlayRevocationAsync(cancellationToken);
    }

    private async Task PlayBrowserAsync(CancellationToken cancellationToken)
    {
        narrator.Chapter("An entry without a token gets one by consent");
        await narrator.StepAsync($"A new entry {Entry} in Dolibarr, with the provider's URL and a client", () =>
            AddEntryAsync(cancellationToken)
        );
        var address = string.Empty;
        await narrator.StepAsync($"POST {Call}/consent", async () =>
        {
            var started = await CallAsync($"{Call}/consent", cancellationToken, ("flow", "code"), ("session_binding", Session));
            address = started["authorization_url"]!.GetValue<string>();
            Narrator.Require(
                address.Contains("code_challenge_method=S256", StringComparison.Ordinal),
                "The address has no code challenge."
            );
            return $"an address for the browser, good for {started["expires_in"]} seconds";
        });
        narrator.Show(
            string.Join(
                '\n',
                QueryHelpers.ParseQuery(new Uri(address).Query).Select(parameter => $"{parameter.Key,-22} {parameter.Value}")
            )
        );
        var answer = new Dictionary<string, string>();
        await narrator.StepAsync($"A browser signs in as {Person} and presses Allow", async () =>
        {
            var redirect = await stage.Provider.ApproveAsync(new Uri(address), Person, cancellationToken);
            answer = QueryHelpers.ParseQuery(redirect.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
            return $"it is sent to Dolibarr's callback page with {string.Join(", ", answer.Keys)}";
        });
        await narrator.StepAsync("Another browser session brings that answer", async () =>
        {
            var code = await RefusedAsync(answer, "another session", cancellationToken);
            Narrator.Require(
                code == "state_invalid" && TokenRequests() == 0,
                $"It was answered {code}, and the provider saw {TokenRequests()} requests."
            );
            return $"{code}; the provider was not even asked";
        });
        await narrator.StepAsync("The session that began brings it to /v1/consent/callback", async () =>
        {
            var result = await CallAsync(
                "/v1/consent/callback",
                cancellationToken,
                [.. answer.Select(pair => (pair.Key, pair.Value)), ("session_binding", Session)]
            );
            return $"{Say(result["token"]!)}, granted by {result["account"]}";
        });
        narrator.Show(await stage.RunAsync(["inspect", Entry], cancellationToken));
    }

    private async Task PlayDeviceAsync(CancellationToken cancellationToken)
    {
        narrator.Chapter("The same without a browser here: device code");
        var started = new JsonObject();
        await narrator.StepAsync($"POST {Call}/consent", async () =>
        {
            started = await CallAsync($"{Call}/consent", cancellationToken, ("flow", "device"));
            return $"type {started["user_code"]} at {started["verification_uri"]}";
        });
        await narrator.StepAsync("Somebody types it on a phone and presses Allow, while the sidecar polls", async () =>
        {
            await stage.Provider.AnswerDeviceAsync(
                started["user_code"]!.GetValue<string>(),
                subject: Person,
                cancellationToken: cancellationToken
            );
            JsonObject state;
            do
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellationToken);
                state = (JsonObject)
                    JsonNode.Parse(
                        (await stage.CallAsync(HttpMethod.Get, $"/v1/consent/{started["consent_id"]}", cancellationToken)).GetRawText()
                    )!;
            } while (state["status"]!.GetValue<string>() == "pending");
            Narrator.Require(state["status"]!.GetValue<string>() == "granted", $"The consent is {state["status"]}: {state["detail"]}");
            return Say(state["token"]!);
        });
    }

    private async Task PlayRevocationAsync(CancellationToken cancellationToken)
    {
        await narrator.StepAsync($"DELETE {Call}/token?revoke=true", async () =>
        {
            var before = await stage.Dolibarr.ReadTokenAsync(Entry, cancellationToken: cancellationToken);
            Narrator.Require(
                await stage.Provider.IsAliveAsync(Client.ClientId, before.RefreshToken!, cancellationToken),
                "The refresh token is dead already."
            );
            await stage.CallAsync(HttpMethod.Delete, $"{Call}/token?revoke=true", cancellationToken);
            Narrator.Require(
                await stage.Dolibarr.FindTokenRowAsync(Entry, cancellationToken: cancellationToken) is null,
                "The row is still there."
            );
            Narrator.Require(
                !await stage.Provider.IsAliveAsync(Client.ClientId, before.RefreshToken!, cancellationToken),
                "The provider still accepts the refresh token."
            );
            return "no row any more, and the provider refuses the refresh token";
        });
    }

    private async Task<string> AddEntryAsync(CancellationToken cancellationToken)
    {
        (string Ending, string Value)[] settings =
        [
            ("ID", Client.ClientId),
            ("SECRET", Client.ClientSecret!),
            ("SCOPE", "openid,email,offline_access"),
            ("URL", stage.Provider.BaseAddress.AbsoluteUri.TrimEnd('/')),
        ];
        foreach (var (ending, value) in settings)
        {
            await stage.Dolibarr.SetConstAsync($"OAUTH_{Entry}_{ending}", value, cancellationToken: cancellationToken);
        }

        stage.Provider.Requests.Clear();
        var isKnown = await Poll.UntilAsync(
            () => stage.Client.GetAsync(new Uri(Call, UriKind.Relative), cancellationToken).GetAwaiter().GetResult().IsSuccessStatusCode,
            TimeSpan.FromSeconds(10),
            cancellationToken
        );
        Narrator.Require(isKnown, "The sidecar does not see the entry.");
        var entry = await stage.CallAsync(HttpMethod.Get, Call, cancellationToken);
        return $"its token's status is {entry.GetProperty("token").GetProperty("status")}";
    }

    private int TokenRequests() => stage.Provider.Requests.TokenRequestCount;

    private async Task<JsonObject> CallAsync(string path, CancellationToken cancellationToken, params (string Name, string Value)[] body) =>
        (JsonObject)JsonNode.Parse((await stage.CallAsync(HttpMethod.Post, path, Json(body), cancellationToken)).GetRawText())!;

    private async Task<string> RefusedAsync(Dictionary<string, string> answer, string session, CancellationToken cancellationToken)
    {
        using var content = Json([.. answer.Select(pair => (pair.Key, pair.Value)), ("session_binding", session)]);
        using var response = await stage.Client.PostAsync(new Uri("/v1/consent/callback", UriKind.Relative), content, cancellationToken);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        return problem["code"]!.GetValue<string>();
    }

    private static StringContent Json(params (string Name, string Value)[] members) =>
        new(
            new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value))).ToJsonString(),
            System.Text.Encoding.UTF8,
            "application/json"
        );

    private static string Say(JsonNode token)
    {
        var until = token["expires_at"] is { } end ? $" until {end.GetValue<DateTimeOffset>():HH:mm} UTC" : string.Empty;
        var with = token["has_refresh_token"]!.GetValue<bool>() ? "with" : "without";
        return $"{token["status"]}{until}, {with} a refresh token";
    }
}
