// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Demo.Provider;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.LoginTests.Support;

/// <summary>
/// An OpenID provider that does everything right until a test makes it do one thing wrong, as the modules of the OpenID
/// conformance suite do. It checks the client as strictly as a certified provider would.
/// </summary>
internal sealed class OpenIdAuthority : IAsyncDisposable
{
    public const string ClientId = "client-of-the-tests";
    public const string ClientSecret = "s3cret:with+%&specials é";

    /// <summary>The client's secret here. Where several providers share one Dolibarr, each needs its own.</summary>
    public string Secret { get; set; } = ClientSecret;
    public const string JwksPath = "/keys-of-this-run";
    public const string TokenPath = "/oauth/token";
    public const string UserInfoPath = "/oauth/userinfo";
    public const string DiscoveryPath = "/.well-known/openid-configuration";

    private readonly TimeProvider _time;
    private Dictionary<string, string> _request = [];

    private OpenIdAuthority(ScriptedProvider server, TimeProvider time)
    {
        _time = time;
        Server = server;
        Issuer = server.BaseAddress.AbsoluteUri.TrimEnd('/');
        PublishedKeys = [TestKeys.Jwk(TestKeys.Rsa, "key-1")];
        Metadata = new JsonObject
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/oauth/authorize",
            ["token_endpoint"] = Issuer + TokenPath,
            ["jwks_uri"] = Issuer + JwksPath,
            ["userinfo_endpoint"] = Issuer + UserInfoPath,
            ["id_token_signing_alg_values_supported"] = new JsonArray("RS256", "PS256", "ES256", "HS256", "none"),
            ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post", "client_secret_basic"),
            ["authorization_response_iss_parameter_supported"] = true,
        };
        server.Map(DiscoveryPath, context => Write(context, Metadata));
        server.Map(JwksPath, context =>
            Write(context, new JsonObject { ["keys"] = new JsonArray([.. PublishedKeys.Select(key => key.DeepClone())]) })
        );
        server.Map(TokenPath, TokenAsync);
        server.Map(UserInfoPath, context => Write(context, UserInfo()));
    }

    public ScriptedProvider Server { get; }

    public string Issuer { get; set; }

    public JsonObject Metadata { get; }

    public List<JsonObject> PublishedKeys { get; private set; }

    /// <summary>Makes the token's signature; the header says RS256 and key-1 unless a test changes it.</summary>
    public Func<string, byte[]> Sign { get; set; } = TestKeys.Rs256;

    public Action<JsonObject> ChangeHeader { get; set; } = static _ => { };

    public Action<JsonObject> ChangeClaims { get; set; } = static _ => { };

    public Action<JsonObject> ChangeTokenAnswer { get; set; } = static _ => { };

    public Action<JsonObject> ChangeUserInfo { get; set; } = static _ => { };

    /// <summary>Replaces the finished token.</summary>
    public Func<string, string> ReplaceToken { get; set; } = static token => token;

    /// <summary>The refresh token that counts.</summary>
    public string RefreshToken { get; private set; } = "refresh-" + Guid.NewGuid().ToString("N");

    /// <summary>How the client must authenticate.</summary>
    public bool WantsBasic { get; set; }

    public IReadOnlyList<string> Paths => [.. Server.Requests.Select(request => request.Path)];

    public static async Task<OpenIdAuthority> StartAsync(TimeProvider time) => new(await ScriptedProvider.StartAsync(), time);

    public void Publish(params JsonObject[] keys) => PublishedKeys = [.. keys];

    /// <summary>The person signs in: what the browser brings back from an authentication request.</summary>
    public Dictionary<string, string> Authorize(Uri url)
    {
        _request = QueryHelpers.ParseQuery(url.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        Assert.Equal("code", _request["response_type"]);
        Assert.Equal("S256", _request["code_challenge_method"]);
        Assert.Equal(ClientId, _request["client_id"]);
        Assert.Contains("openid", _request["scope"].Split(' '));
        return new()
        {
            ["code"] = "the-code",
            ["state"] = _request["state"],
            ["iss"] = Issuer,
        };
    }

    public string Requested(string parameter) => _request[parameter];

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static Task Write(HttpContext context, JsonNode body, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    private async Task TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (!IsClient(context.Request, form))
        {
            await Write(context, new JsonObject { ["error"] = "invalid_client" }, 401);
            return;
        }

        if (form["grant_type"] == "refresh_token")
        {
            await RefreshAsync(context, form["refresh_token"].ToString());
            return;
        }

        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (
            form["grant_type"] != "authorization_code"
            || form["code"] != "the-code"
            || form["redirect_uri"] != _request["redirect_uri"]
            || challenge != _request["code_challenge"]
        )
        {
            await Write(context, new JsonObject { ["error"] = "invalid_grant" }, 400);
            return;
        }

        var answer = new JsonObject
        {
            ["access_token"] = "the-access-token",
            ["token_type"] = "Bearer",
            ["expires_in"] = 3600,
            ["id_token"] = ReplaceToken(IdToken()),
        };
        ChangeTokenAnswer(answer);
        await Write(context, answer);
    }

    // Each refresh token is good once.
    private Task RefreshAsync(HttpContext context, string presented)
    {
        if (presented != RefreshToken)
        {
            return Write(context, new JsonObject { ["error"] = "invalid_grant" }, 400);
        }

        RefreshToken += "+";
        return Write(
            context,
            new JsonObject
            {
                ["access_token"] = "access-for-" + RefreshToken,
                ["token_type"] = "Bearer",
                ["expires_in"] = 3600,
                ["refresh_token"] = RefreshToken,
                ["id_token"] = IdToken(),
            }
        );
    }

    private bool IsClient(HttpRequest request, IFormCollection form)
    {
        if (!WantsBasic)
        {
            return form["client_id"] == ClientId && form["client_secret"] == Secret && request.Headers.Authorization.Count == 0;
        }

        // RFC 6749, appendix B: written out here, not computed as the client does.
        return AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            && header.Scheme == "Basic"
            && !form.ContainsKey("client_secret")
            && Encoding.UTF8.GetString(Convert.FromBase64String(header.Parameter!))
                == "client-of-the-tests:s3cret%3Awith%2B%25%26specials+%C3%A9";
    }

    /// <summary>An ID token as the provider makes it now.</summary>
    public string IdToken()
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject
        {
            ["alg"] = "RS256",
            ["kid"] = "key-1",
            ["typ"] = "JWT",
        };
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = "1001",
            ["aud"] = ClientId,
            ["exp"] = now + 300,
            ["iat"] = now,
            ["nonce"] = _request.GetValueOrDefault("nonce"),
            ["email"] = "ada@example.com",
            ["email_verified"] = true,
            ["name"] = "Ada Lovelace",
            ["preferred_username"] = "ada",
        };
        ChangeHeader(header);
        ChangeClaims(claims);
        var input = $"{Encode(header)}.{Encode(claims)}";
        return $"{input}.{Base64Url.EncodeToString(Sign(input))}";
    }

    private JsonObject UserInfo()
    {
        var claims = new JsonObject
        {
            ["sub"] = "1001",
            ["email"] = "ada@example.com",
            ["email_verified"] = true,
            ["name"] = "Ada Lovelace",
            ["preferred_username"] = "ada",
        };
        ChangeUserInfo(claims);
        return claims;
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
