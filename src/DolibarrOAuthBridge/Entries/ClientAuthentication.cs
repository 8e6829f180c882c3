// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Entries;

/// <summary>
/// How an entry's client authenticates (RFC 6749, section 2.3), for every request that carries it: code, refresh, device,
/// revocation, sign-in. <c>Entries:&lt;ENTRY&gt;:ClientAuthentication</c> is <c>auto</c> (the default), <c>basic</c>, <c>post</c>,
/// <c>none</c> or <c>private_key_jwt</c>. With <c>auto</c> the server's metadata decides; where it leaves a choice and the server
/// refuses the client, the other way is tried once, and what worked is remembered until the sidecar ends.
/// </summary>
internal sealed class ClientAuthentication(
    IConfiguration configuration,
    ProviderDirectory providers,
    ClientCertificates certificates,
    TimeProvider time
)
{
    /// <summary>The setting below an entry's name.</summary>
    public const string Setting = "ClientAuthentication";

    private const string PostName = "client_secret_post";
    private const string BasicName = "client_secret_basic";

    private readonly ConcurrentDictionary<string, ClientMethod> _accepted = new(StringComparer.Ordinal);

    /// <summary>Whether the configuration says that an entry is a public client, which has no secret.</summary>
    public static bool IsPublic(IConfiguration configuration, EntryName name) =>
        string.Equals(configuration[$"{ClientCertificates.Section}:{name}:{Setting}"], "none", StringComparison.OrdinalIgnoreCase);

    /// <summary>Sends a request to a token or device authorization endpoint, a second time only where the client was refused.</summary>
    /// <param name="entry">The client.</param>
    /// <param name="endpoint">Where the request goes.</param>
    /// <param name="form">The parameters without the client's credentials.</param>
    /// <param name="send">Sends the form, with the client's credentials for the header; null where they are in the form.</param>
    /// <param name="cancellationToken">Cancels the look-up of the server's metadata.</param>
    /// <exception cref="ProviderConfigurationException">The setting or the certificate cannot be used.</exception>
    public Task<TokenAnswer> SendAsync(
        OAuthEntry entry,
        Uri endpoint,
        IEnumerable<KeyValuePair<string, string>> form,
        Func<IReadOnlyDictionary<string, string>, AuthenticationHeaderValue?, Task<TokenAnswer>> send,
        CancellationToken cancellationToken = default
    ) => SendAsync(entry, endpoint, form, send, VerdictOf, cancellationToken);

    /// <summary>The same for a request whose answer is of another kind.</summary>
    /// <param name="entry">The client.</param>
    /// <param name="endpoint">Where the request goes.</param>
    /// <param name="form">The parameters without the client's credentials.</param>
    /// <param name="send">Sends the form, with the client's credentials for the header; null where they are in the form.</param>
    /// <param name="errorOf">The <c>error</c> code of an answer; null where it has none.</param>
    /// <param name="cancellationToken">Cancels the look-up of the server's metadata.</param>
    public async Task<T> SendAsync<T>(
        OAuthEntry entry,
        Uri endpoint,
        IEnumerable<KeyValuePair<string, string>> form,
        Func<IReadOnlyDictionary<string, string>, AuthenticationHeaderValue?, Task<T>> send,
        Func<T, string?> errorOf,
        CancellationToken cancellationToken = default
    )
    {
        var (methods, published) = await MethodsAsync(entry, cancellationToken);
        var key = $"{entry.Entity}\n{entry.Name}\n{endpoint.Authority}\n{EntrySettings.Fingerprint(entry)}";
        if (_accepted.TryGetValue(key, out var known) && methods.Contains(known))
        {
            methods = [known, .. methods.Where(method => method != known)];
        }

        T? first = default;
        for (var index = 0; index < methods.Count; index++)
        {
            var (fields, header) = Credentials(entry, endpoint, methods[index], published);
            var answer = await send(new Dictionary<string, string>([.. form, .. fields]), header);
            var error = errorOf(answer);
            if (index == 0)
            {
                first = answer;
            }

            if (!IsClientRefused(entry, error))
            {
                // A client that is let in without a secret may be told that a grant is over which it could not have used anyway.
                var isTelling = error is null || methods[index] != ClientMethod.None || Refusals.KindOf(error) != RefusalKind.ConsentNeeded;
                if (index > 0 && (!isTelling || TransientErrors.IsTransient(error ?? string.Empty)))
                {
                    return first!;
                }

                _accepted[key] = methods[index];
                return answer;
            }
        }

        return first!;
    }

    /// <summary>The ways to try, in this order.</summary>
    private async Task<(IReadOnlyList<ClientMethod> Methods, ServerMetadata? Published)> MethodsAsync(
        OAuthEntry entry,
        CancellationToken cancellationToken
    )
    {
        var provider = ProviderCatalogue.Of(entry);
        var key = $"{ClientCertificates.Section}:{entry.Name}:{Setting}";
        var setting = configuration[key] is { Length: > 0 } value ? value.ToLowerInvariant() : "auto";
        var published = await providers.FindMetadataAsync(entry, cancellationToken);
        IReadOnlyList<ClientMethod> methods = setting switch
        {
            "basic" => [ClientMethod.Basic],
            "post" => [ClientMethod.Post],
            "none" => [ClientMethod.None],
            "private_key_jwt" => [ClientMethod.PrivateKeyJwt],
            "auto" when entry.ClientCertificate is not null => [ClientMethod.PrivateKeyJwt],
            "auto" when entry.ClientSecret.Length == 0 => [ClientMethod.None],
            "auto" when provider.DiscoversEndpoints => ByMetadata(published),
            "auto" => provider.MayRefuseSecret ? [ClientMethod.Post, ClientMethod.None] : [ClientMethod.Post],
            _ => throw new ProviderConfigurationException($"{key} is none of auto, basic, post, none and private_key_jwt."),
        };
        return (methods, published);
    }

    // Absent in metadata means basic (RFC 8414, section 2), but not every server that forgot the member knows that.
    private static ClientMethod[] ByMetadata(ServerMetadata? published) =>
        published?.ClientAuthenticationMethods is not { } listed
            ? published is null
                ? [ClientMethod.Post, ClientMethod.Basic]
                : [ClientMethod.Basic, ClientMethod.Post]
            : (listed.Contains(PostName, StringComparer.Ordinal), listed.Contains(BasicName, StringComparer.Ordinal)) switch
            {
                (true, true) => [ClientMethod.Post, ClientMethod.Basic],
                (true, false) => [ClientMethod.Post],
                (false, true) => [ClientMethod.Basic],
                _ when listed.Contains("none", StringComparer.Ordinal) => [ClientMethod.None],
                _ => throw new ProviderConfigurationException(
                    $"The provider takes no client secret ({PostName} or {BasicName}), only {string.Join(", ", listed)}. "
                        + "Allow one of these there, or set Certificate for private_key_jwt."
                ),
            };

    private (IEnumerable<KeyValuePair<string, string>> Fields, AuthenticationHeaderValue? Header) Credentials(
        OAuthEntry entry,
        Uri endpoint,
        ClientMethod method,
        ServerMetadata? published
    ) =>
        method switch
        {
            ClientMethod.Basic => ([], Basic(entry)),
            ClientMethod.Post => ([new("client_id", entry.ClientId), new("client_secret", entry.ClientSecret)], null),
            ClientMethod.None => ([new("client_id", entry.ClientId)], null),
            _ => (
                [
                    new("client_id", entry.ClientId),
                    new("client_assertion_type", ClientAssertion.Type),
                    new("client_assertion", Assertion(entry, published?.Issuer ?? endpoint.AbsoluteUri)),
                ],
                null
            ),
        };

    private string Assertion(OAuthEntry entry, string audience)
    {
        using var certificate = certificates.Load(entry)
            ?? throw new ProviderConfigurationException(
                $"{ClientCertificates.Section}:{entry.Name}:{Setting} is private_key_jwt, and the entry has no Certificate."
            );
        return ClientAssertion.Create(certificate, entry.ClientId, audience, time.GetUtcNow());
    }

    private static string? VerdictOf(TokenAnswer answer) =>
        answer switch
        {
            TokenAnswer.Refused refused => refused.Error,
            TokenAnswer.Unavailable unavailable => unavailable.Reason,
            _ => null,
        };

    // Servers that the bridge does not know say one or the other for a client that came by the wrong way; LinkedIn misses its client_id.
    private static bool IsClientRefused(OAuthEntry entry, string? error) =>
        error == "invalid_client"
        || (
            error is "unauthorized_client" or "invalid_request"
            && ProviderCatalogue.Of(entry) is { DiscoversEndpoints: true } provider
            && !provider.UnknownGrantErrors.Contains(error)
        );

    // RFC 6749, section 2.3.1 and appendix B: each half is form-encoded first.
    private static AuthenticationHeaderValue Basic(OAuthEntry entry) =>
        new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Encode(entry.ClientId)}:{Encode(entry.ClientSecret)}")));

    private static string Encode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private enum ClientMethod
    {
        Post,
        Basic,
        None,
        PrivateKeyJwt,
    }
}
