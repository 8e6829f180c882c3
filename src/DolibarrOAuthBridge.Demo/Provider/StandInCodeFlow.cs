// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>A client's whole code flow with PKCE, the browser's part included.</summary>
internal sealed class StandInCodeFlow(HttpClient http, StandInProvider provider, TimeProvider timeProvider)
{
    public async Task<IssuedTokens> RunAsync(StandInClient client, StandInUser user, string scopes, CancellationToken cancellationToken)
    {
        var redirectUri = client.RedirectUris[0].AbsoluteUri;
        var verifier = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var state = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(16));
        var url = QueryHelpers.AddQueryString(
            provider.Endpoint("oauth/authorize").AbsoluteUri,
            new Dictionary<string, string?>
            {
                ["client_id"] = client.ClientId,
                ["response_type"] = "code",
                ["redirect_uri"] = redirectUri,
                ["scope"] = scopes,
                ["state"] = state,
                ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
                ["code_challenge_method"] = "S256",
                ["access_type"] = "offline",
                ["prompt"] = "consent",
                ["login_hint"] = user.Subject,
            }
        );
        var callback = await new StandInBrowser(http).DecideAsync(new Uri(url), allow: true, user.Subject, cancellationToken);
        var query = QueryHelpers.ParseQuery(callback.Query);
        if (!query.TryGetValue("code", out var code) || query["state"] != state)
        {
            throw new InvalidOperationException($"No code was given: {query["error"]} {query["error_description"]}");
        }

        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code.ToString(),
            ["redirect_uri"] = redirectUri,
            ["code_verifier"] = verifier,
            ["client_id"] = client.ClientId,
        };
        if (client.ClientSecret is { } secret)
        {
            form["client_secret"] = secret;
        }

        return await RedeemAsync(form, cancellationToken);
    }

    private async Task<IssuedTokens> RedeemAsync(Dictionary<string, string> form, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(form);
        using var response = await http.PostAsync(provider.Endpoint("oauth/token"), content, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"No tokens were given ({(int)response.StatusCode}): {answer}")
            );
        }

        using var json = JsonDocument.Parse(answer);
        string? Text(string name) => json.RootElement.TryGetProperty(name, out var member) ? member.GetString() : null;
        return new IssuedTokens
        {
            AccessToken = Text("access_token")!,
            RefreshToken = Text("refresh_token"),
            IdToken = Text("id_token"),
            TokenType = Text("token_type")!,
            Scope = Text("scope"),
            ExpiresAt = timeProvider.GetUtcNow().AddSeconds(json.RootElement.GetProperty("expires_in").GetInt64()),
        };
    }
}
