// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text;
using DolibarrOAuthBridge.Demo.Provider;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.Demo.Tests.Support;

/// <summary>An OAuth client as plain as can be, for talking to the stand-in provider.</summary>
internal sealed class TestClient(StandInProvider provider) : IDisposable
{
    public const string Id = "mail-client";
    public const string Secret = "mail-client-secret";
    public const string Verifier = "0123456789-0123456789-0123456789-0123456789";
    public const string DefaultScope = "openid email offline_access https://mail.google.com/";

    public static readonly Uri RedirectUri = new("https://dolibarr.example.com/custom/oauthbridge/callback.php");

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = provider.BaseAddress };

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static StandInClient Registration { get; } =
        new()
        {
            ClientId = Id,
            ClientSecret = Secret,
            RedirectUris = [RedirectUri],
            Scopes =
            [
                "email",
                "profile",
                "https://mail.google.com/",
                "https://outlook.office365.com/SMTP.Send",
                "read",
                "write",
                "user",
                "public_repo",
            ],
        };

    public static StandInClient MailServer { get; } =
        new()
        {
            ClientId = "mail-server",
            ClientSecret = "mail-server-secret",
            IsResourceServer = true,
        };

    public static StandInProviderOptions Options { get; } = new() { Clients = [Registration, MailServer] };

    public void Dispose() => _http.Dispose();

    /// <summary>An authorization URL; a parameter with an empty value is left out.</summary>
    public Uri AuthorizationUrl(string path = "oauth/authorize", params (string Name, string Value)[] changes)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = Id,
            ["response_type"] = "code",
            ["redirect_uri"] = RedirectUri.AbsoluteUri,
            ["scope"] = DefaultScope,
            ["state"] = "state-1",
            ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
        {
            parameters[name] = value;
        }

        var wanted = parameters.Where(parameter => !string.IsNullOrEmpty(parameter.Value));
        return new Uri(QueryHelpers.AddQueryString(provider.Endpoint(path).AbsoluteUri, wanted));
    }

    public static string CodeOf(Uri callback) =>
        Parameter(callback, "code") ?? throw new InvalidOperationException($"No code in {callback}.");

    public static string? Parameter(Uri callback, string name) =>
        QueryHelpers.ParseQuery(callback.Query).TryGetValue(name, out var value) ? value.ToString() : null;

    public Task<Answer> RedeemAsync(string code, string path = "oauth/token", string verifier = Verifier) =>
        PostAsync(
            path,
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", RedirectUri.AbsoluteUri),
            ("code_verifier", verifier),
            ("client_id", Id),
            ("client_secret", Secret)
        );

    public async Task<Answer> SignInAsync(params (string Name, string Value)[] changes) =>
        await RedeemAsync(CodeOf(await provider.ApproveAsync(AuthorizationUrl(changes: changes), cancellationToken: Cancel)));

    public Task<Answer> RefreshAsync(string? refreshToken, string path = "oauth/token") =>
        PostAsync(
            path,
            ("grant_type", "refresh_token"),
            ("refresh_token", refreshToken ?? string.Empty),
            ("client_id", Id),
            ("client_secret", Secret)
        );

    public Task<Answer> IntrospectAsync(string token) =>
        PostAsync("oauth/introspect", ("token", token), ("client_id", MailServer.ClientId), ("client_secret", MailServer.ClientSecret!));

    public async Task<Answer> PostAsync(string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = content,
            Headers = { { "Accept", "application/json" } },
        };
        using var response = await _http.SendAsync(request, Cancel);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    public async Task<Answer> GetAsync(string path, string? accessToken = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accessToken is not null)
        {
            request.Headers.Authorization = new("Bearer", accessToken);
        }

        using var response = await _http.SendAsync(request, Cancel);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }
}
