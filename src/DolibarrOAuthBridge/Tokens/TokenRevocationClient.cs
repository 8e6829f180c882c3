// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>Tells a provider that a grant is over, in the provider's own way.</summary>
internal sealed class TokenRevocationClient(HttpClient http, ClientAuthentication authentication, TimeProvider time, BridgeOptions options)
{
    /// <summary>Asks the provider to end a grant. One that is over already is what was wanted.</summary>
    /// <exception cref="BridgeException">It did not answer, or refused.</exception>
    public async Task RevokeAsync(Uri endpoint, OAuthEntry entry, StoredGrant grant, CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(),
            deadline,
            options.ProviderDeadline,
            Timeout.InfiniteTimeSpan
        );
        try
        {
            var style = ProviderCatalogue.Of(entry).Revocation;
            var (status, body) =
                style == RevocationStyle.TokenRevocation
                    ? await authentication.SendAsync(
                        entry,
                        endpoint,
                        Form(grant),
                        (form, header) => SendAsync(Request(endpoint, form, header), deadline.Token),
                        static answer => ErrorOf(answer.Body),
                        deadline.Token
                    )
                    : await SendAsync(Request(style, endpoint, entry, grant), deadline.Token);
            // GitHub finds the grant by its access token only, and knows none that has ended.
            if (style == RevocationStyle.GitHubGrant && status == 404 && IsOnlyRenewable(grant))
            {
                throw new BridgeException(
                    ProblemCode.ProviderRejected,
                    $"{endpoint.Host} does not know the access token of {entry.Name}, which has ended, so it did not revoke the grant. The "
                        + $"token is still stored. Refresh it (dolibarr-oauth-bridge refresh {entry.Name}) and revoke again, or delete it "
                        + "with --force."
                );
            }

            if (!IsOver(style, status, body))
            {
                throw new BridgeException(
                    status is 408 or 429 or >= 500 ? ProblemCode.ProviderUnavailable : ProblemCode.ProviderRejected,
                    $"{endpoint.Host} did not revoke the grant of {entry.Name} (it answered {status}). The token is still "
                        + "stored; try again, or delete it with --force."
                );
            }
        }
        catch (Exception exception)
            when (exception is HttpRequestException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{endpoint.Host} cannot be reached, so the grant of {entry.Name} is not revoked and its token is still stored. "
                    + "Try again, or delete it with --force.",
                TimeSpan.FromSeconds(30),
                exception
            );
        }
    }

    private async Task<(int Status, string Body)> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            return (status, status is 400 or 401 ? await response.Content.ReadAsStringAsync(cancellationToken) : string.Empty);
        }
    }

    private bool IsOnlyRenewable(StoredGrant grant) =>
        grant is { RefreshToken: not null, NeverExpires: false } && !grant.LivesFor(TimeSpan.Zero, time.GetUtcNow());

    private static Dictionary<string, string> Form(StoredGrant grant) =>
        new()
        {
            ["token"] = grant.RefreshToken ?? grant.Token.AccessToken ?? string.Empty,
            ["token_type_hint"] = grant.RefreshToken is null ? "access_token" : "refresh_token",
        };

    private static HttpRequestMessage Request(
        Uri endpoint,
        IReadOnlyDictionary<string, string> form,
        AuthenticationHeaderValue? authorization
    ) => new(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(form), Headers = { Authorization = authorization } };

    private static HttpRequestMessage Request(RevocationStyle style, Uri endpoint, OAuthEntry entry, StoredGrant grant) =>
        style switch
        {
            RevocationStyle.GitHubGrant => new HttpRequestMessage(HttpMethod.Delete, endpoint)
            {
                Content = new StringContent(
                    new JsonObject { ["access_token"] = grant.Token.AccessToken }.ToJsonString(),
                    Encoding.UTF8,
                    "application/json"
                ),
                Headers =
                {
                    Accept = { new MediaTypeWithQualityHeaderValue("application/vnd.github+json") },
                    Authorization = Basic(entry.ClientId, entry.ClientSecret),
                },
            },
            RevocationStyle.StripeDeauthorization => new HttpRequestMessage(HttpMethod.Post, endpoint)
            {
                Content = new FormUrlEncodedContent(
                    new Dictionary<string, string>
                    {
                        ["client_id"] = entry.ClientId,
                        ["stripe_user_id"] = grant.Token.ExtraParams.GetString("stripe_user_id") ?? string.Empty,
                    }
                ),
                Headers = { Authorization = Basic(entry.ClientSecret, string.Empty) }, // the secret key is the user name
            },
            _ => throw new InvalidOperationException($"Unexpected revocation style {style}."),
        };

    private static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    // A grant that was over already: RFC 7009 answers 200, Google 400 invalid_token, GitHub 404.
    private static bool IsOver(RevocationStyle style, int status, string body) =>
        style switch
        {
            RevocationStyle.GitHubGrant => status is 204 or 404,
            _ => status is >= 200 and < 300 || ErrorOf(body) == "invalid_token",
        };

    private static string? ErrorOf(string body)
    {
        try
        {
            return JsonNode.Parse(body.Length == 0 ? "{}" : body) is JsonObject answer && answer["error"] is JsonValue error
                ? error.GetValue<string>()
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
