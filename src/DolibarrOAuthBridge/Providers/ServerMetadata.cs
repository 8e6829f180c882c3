// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace DolibarrOAuthBridge.Providers;

/// <summary>An authorization server's own metadata (RFC 8414), checked to be about the server that was asked.</summary>
internal sealed class ServerMetadata
{
    // The bridge reads no other URL, so that no other one makes a document worthless.
    private static readonly string[] Used =
    [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "revocation_endpoint",
        "device_authorization_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
    ];

    private readonly Dictionary<string, Uri> _uris = new(StringComparer.Ordinal);

    /// <summary>The issuer identifier, exactly as written: responses are compared with it character by character.</summary>
    public required string Issuer { get; init; }

    /// <summary>Whether the server promises <c>iss</c> in every authorization response (RFC 9207).</summary>
    public bool SendsIssuer { get; init; }

    /// <summary>The signature algorithms of its ID tokens; null where it does not say.</summary>
    public IReadOnlyList<string>? IdTokenAlgorithms { get; init; }

    /// <summary>
    /// How clients may authenticate at the token endpoint; null where it does not say, which means <c>client_secret_basic</c>
    /// (OpenID Connect Discovery, section 3).
    /// </summary>
    public IReadOnlyList<string>? ClientAuthenticationMethods { get; init; }

    /// <summary>Every URL in it that the bridge uses.</summary>
    public IReadOnlyCollection<Uri> Urls => _uris.Values;

    /// <summary>The URL of a member such as <c>token_endpoint</c>; null if absent.</summary>
    public Uri? Find(string member) => _uris.GetValueOrDefault(member);

    /// <summary>Reads a metadata document.</summary>
    /// <param name="root">The document.</param>
    /// <param name="server">The server that was asked: the issuer must be the same, but for slashes at its end.</param>
    /// <exception cref="MetadataIssuerException">It is about another issuer.</exception>
    /// <exception cref="FormatException">It names no issuer.</exception>
    /// <exception cref="ProviderConfigurationException">One of its endpoints must not be used.</exception>
    public static ServerMetadata Parse(JsonElement root, Uri server)
    {
        var issuer =
            root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("issuer", out var member)
            && member.ValueKind == JsonValueKind.String
                ? member.GetString()!
                : throw new FormatException("it has no issuer");
        if (issuer.TrimEnd('/') != server.AbsoluteUri.TrimEnd('/'))
        {
            throw new MetadataIssuerException();
        }

        var metadata = new ServerMetadata
        {
            Issuer = issuer,
            SendsIssuer =
                root.TryGetProperty("authorization_response_iss_parameter_supported", out var sends)
                && sends.ValueKind == JsonValueKind.True,
            IdTokenAlgorithms = Strings(root, "id_token_signing_alg_values_supported"),
            ClientAuthenticationMethods = Strings(root, "token_endpoint_auth_methods_supported"),
        };
        foreach (var name in Used)
        {
            if (
                root.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String
                && value.GetString() is { Length: > 0 } text
            )
            {
                metadata._uris[name] = EndpointUri.ParseDiscovered(text, name, server);
            }
        }

        return metadata;
    }

    private static List<string>? Strings(JsonElement root, string name) =>
        root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Array
            ?
            [
                .. member
                    .EnumerateArray()
                    .Where(static item => item.ValueKind == JsonValueKind.String)
                    .Select(static item => item.GetString()!),
            ]
            : null;
}
