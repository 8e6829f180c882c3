using System.Text.Json;

namespace DolibarrOAuthBridge.Providers;

/// <summary>An authorization server's own metadata (RFC 8414), checked to be about the server that was asked.</summary>
public sealed class ServerMetadata
{
    private readonly Dictionary<string, Uri> _uris = new(StringComparer.Ordinal);

    /// <summary>The issuer identifier, exactly as written: responses are compared with it character by character.</summary>
    public required string Issuer { get; init; }

    /// <summary>Whether the server promises <c>iss</c> in every authorization response (RFC 9207).</summary>
    public bool SendsIssuer { get; init; }

    /// <summary>The URL of a member such as <c>token_endpoint</c>; null if absent.</summary>
    public Uri? Find(string member) => _uris.GetValueOrDefault(member);

    /// <summary>Reads a metadata document.</summary>
    /// <exception cref="FormatException">It is about another issuer.</exception>
    /// <exception cref="JsonException">It is not a JSON object.</exception>
    /// <exception cref="ProviderConfigurationException">One of its endpoints must not be used.</exception>
    public static ServerMetadata Parse(ReadOnlyMemory<byte> body, Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        using var document = JsonDocument.Parse(body, StrictJson.Options);
        var root = document.RootElement;
        var issuer = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("issuer", out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()!
            : throw new FormatException("it has no issuer");
        if (issuer.TrimEnd('/') != server.AbsoluteUri.TrimEnd('/'))
        {
            throw new FormatException("it is about another issuer");
        }

        var metadata = new ServerMetadata
        {
            Issuer = issuer,
            SendsIssuer = root.TryGetProperty("authorization_response_iss_parameter_supported", out var sends) && sends.ValueKind == JsonValueKind.True,
        };
        foreach (var property in root.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.String
                && (property.Name.EndsWith("_endpoint", StringComparison.Ordinal) || property.Name is "jwks_uri" or "issuer"))
            {
                metadata._uris[property.Name] = EndpointUri.Parse(property.Value.GetString()!, $"{property.Name} in the metadata of {server.Host}");
            }
        }

        return metadata;
    }
}
