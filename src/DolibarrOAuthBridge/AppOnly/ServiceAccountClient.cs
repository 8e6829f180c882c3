// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.AppOnly;

/// <summary>
/// A Google service account with domain-wide delegation: it signs an assertion that names the user it acts for, and gets an access
/// token for it (RFC 7523, section 2.1; developers.google.com, "Using OAuth 2.0 for Server to Server Applications"). There is no
/// refresh token; a renewal is the same request again.
/// </summary>
internal sealed class ServiceAccountClient(ProviderDirectory providers, TokenEndpointClient client, TimeProvider time)
{
    private const string GrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30); // Google takes an hour at most, and clocks differ

    /// <summary>Sends the one request.</summary>
    /// <exception cref="ProviderConfigurationException">The entry's settings or the key cannot be used.</exception>
    public async Task<TokenAnswer> RequestAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        using var key = ServiceAccountKeys.Load(entry);
        var scopes = EntrySettings.Scopes(entry);
        if (scopes.Count == 0)
        {
            throw new ProviderConfigurationException(
                $"{entry.Name.Constant("SCOPE")} is empty: name the scopes that the account is to have."
            );
        }

        var endpoint = providers.Override(entry, ProviderEndpoint.TokenEndpoint)
            ?? key.TokenEndpoint
            ?? await providers.FindAsync(entry, ProviderEndpoint.TokenEndpoint, cancellationToken)
            ?? throw new ProviderConfigurationException("The provider has no token endpoint.");
        var assertion = Assertion(key, entry.ServiceAccount!.Subject, scopes, key.TokenEndpoint ?? endpoint);
        return await client.PostAsync(
            endpoint,
            new Dictionary<string, string> { ["grant_type"] = GrantType, ["assertion"] = assertion },
            cancellationToken
        );
    }

    private string Assertion(ServiceAccountKey key, string subject, IEnumerable<string> scopes, Uri audience)
    {
        var header = new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT" };
        if (key.KeyId is { } id)
        {
            header["kid"] = id;
        }

        var now = time.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = key.Email,
            ["sub"] = subject,
            ["scope"] = string.Join(' ', scopes),
            ["aud"] = audience.AbsoluteUri,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
        };
        var signed = Part(header) + "." + Part(claims);
        return signed
            + "."
            + Base64Url.EncodeToString(
                key.Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            );
    }

    private static string Part(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
