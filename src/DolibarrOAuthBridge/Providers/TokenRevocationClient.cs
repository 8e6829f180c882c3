using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Providers;

/// <summary>Token revocation (RFC 7009): the refresh token, or the access token where there is no other; either ends the grant.</summary>
public sealed class TokenRevocationClient(HttpClient http, TimeProvider time, BridgeOptions options)
{
    /// <summary>Asks the provider to end a grant.</summary>
    /// <exception cref="BridgeException">It did not answer, or refused.</exception>
    public async Task RevokeAsync(Uri endpoint, OAuthEntry entry, StoredGrant grant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(grant);
        var form = new Dictionary<string, string>
        {
            ["token"] = grant.RefreshToken ?? grant.Token.AccessToken ?? string.Empty,
            ["token_type_hint"] = grant.RefreshToken is null ? "access_token" : "refresh_token",
            ["client_id"] = entry.ClientId,
            ["client_secret"] = entry.ClientSecret,
        };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), deadline, options.ProviderDeadline, Timeout.InfiniteTimeSpan);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(form) };
            using var response = await http.SendAsync(request, deadline.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;

            // A token that is already dead is what was wanted: RFC 7009 answers 200, Google 400 invalid_token.
            var body = status == 400 ? await response.Content.ReadAsStringAsync(deadline.Token).ConfigureAwait(false) : string.Empty;
            if (status != 200 && !body.Contains("\"invalid_token\"", StringComparison.Ordinal))
            {
                throw new BridgeException(
                    status is 408 or 429 or >= 500 ? ProblemCode.ProviderUnavailable : ProblemCode.ProviderRejected,
                    $"{endpoint.Host} did not revoke the grant of {entry.Name} (it answered {status}). The token is still stored; try again, or delete it with --force.");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{endpoint.Host} cannot be reached, so the grant of {entry.Name} is not revoked and its token is still stored. Try again, or delete it with --force.",
                TimeSpan.FromSeconds(30),
                exception);
        }
    }
}
