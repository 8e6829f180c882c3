// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// Posts a form to a token endpoint and says what came of it (RFC 6749, sections 3.2 and 5). It never throws for what a provider
/// does.
/// </summary>
internal sealed class TokenEndpointClient(HttpClient http, TimeProvider time, BridgeOptions options)
{
    // The refresh token may stand at the end of an answer that is far too long.
    private const int LargestSalvage = 8 * ProviderHttpClient.LargestBody;

    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>Sends one request whose form holds the client's credentials.</summary>
    public Task<TokenAnswer> PostAsync(
        Uri endpoint,
        IEnumerable<KeyValuePair<string, string>> form,
        CancellationToken cancellationToken = default
    ) => PostAsync(endpoint, form, null, cancellationToken);

    /// <summary>Sends one request, with one deadline for everything up to the last byte of the body.</summary>
    /// <param name="endpoint">The token endpoint.</param>
    /// <param name="form">The parameters, credentials of the client included unless they are in the header.</param>
    /// <param name="authorization">The client's credentials for the header; null where they are in the form.</param>
    /// <param name="cancellationToken">Cancels the call; a caller's disconnect must not be passed here for a refresh.</param>
    public Task<TokenAnswer> PostAsync(
        Uri endpoint,
        IEnumerable<KeyValuePair<string, string>> form,
        AuthenticationHeaderValue? authorization,
        CancellationToken cancellationToken = default
    ) => SendAsync(endpoint, new FormUrlEncodedContent(form), authorization, IssuedToken, null, cancellationToken);

    /// <summary>
    /// The same for a refresh: <paramref name="received"/> gets the answer's bytes before anything is made of them, so that they are on
    /// disk whatever they turn out to be. A refresh token in them may be the only one that still works.
    /// </summary>
    public Task<TokenAnswer> RefreshAsync(
        Uri endpoint,
        IEnumerable<KeyValuePair<string, string>> form,
        Action<byte[]> received,
        AuthenticationHeaderValue? authorization = null,
        CancellationToken cancellationToken = default
    ) => SendAsync(endpoint, new FormUrlEncodedContent(form), authorization, IssuedToken, received, cancellationToken);

    /// <summary>The same for a form that is encoded already, credentials included; it is disposed of.</summary>
    public Task<TokenAnswer> PostAsync(Uri endpoint, HttpContent form, CancellationToken cancellationToken = default) =>
        SendAsync(endpoint, form, null, IssuedToken, null, cancellationToken);

    /// <summary>
    /// Asks a device authorization endpoint for a code (RFC 8628, section 3.1): a <see cref="TokenAnswer.DeviceCode"/> where it
    /// gives one.
    /// </summary>
    public Task<TokenAnswer> AuthorizeDeviceAsync(
        Uri endpoint,
        IEnumerable<KeyValuePair<string, string>> form,
        AuthenticationHeaderValue? authorization,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            endpoint,
            new FormUrlEncodedContent(form),
            authorization,
            static root => new TokenAnswer.DeviceCode(DeviceAuthorization.Parse(root)),
            null,
            cancellationToken
        );

    private static TokenAnswer IssuedToken(JsonElement root) => new TokenAnswer.Issued(TokenResponse.Parse(root));

    private async Task<TokenAnswer> SendAsync(
        Uri endpoint,
        HttpContent form,
        AuthenticationHeaderValue? authorization,
        Func<JsonElement, TokenAnswer> accept,
        Action<byte[]>? received,
        CancellationToken cancellationToken
    )
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
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
            request.Content = form;
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.Authorization = authorization;
            request.Headers.ConnectionClose = true; // it serves one request only, so the server need not keep it
            var sent = Secrets(await form.ReadAsStringAsync(deadline.Token), authorization);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var limit = received is null ? ProviderHttpClient.LargestBody : LargestSalvage;
            var body = await AnswerBody.ReceiveAsync(response.Content, limit, deadline.Token);
            received?.Invoke(body.Bytes);
            body.ThrowIfCutOff();
            if (body.Bytes.Length > ProviderHttpClient.LargestBody)
            {
                throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded);
            }

            return Read(endpoint, response, body.Bytes, accept, sent);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TokenAnswer.Unavailable(
                "timeout",
                $"{endpoint.Host} did not answer within {options.ProviderDeadline.TotalSeconds:0} seconds."
            );
        }
        catch (FormatException exception)
        {
            return new TokenAnswer.Unavailable("malformed", $"{endpoint.Host} gave an answer that cannot be used: {exception.Message}.");
        }
        catch (HttpRequestException exception)
        {
            return new TokenAnswer.Unavailable(ConnectionErrors.Word(exception), ConnectionErrors.Describe(endpoint, exception));
        }
    }

    private TokenAnswer Read(Uri endpoint, HttpResponseMessage response, byte[] body, Func<JsonElement, TokenAnswer> accept, string[] sent)
    {
        var status = (int)response.StatusCode;
        try
        {
            if (status is 408 or 429 or >= 500)
            {
                var retryAfter = ReadRetryAfter(response, status);
                return new TokenAnswer.Unavailable($"http_{status}", $"{endpoint.Host} answered {status}.", retryAfter);
            }

            using var document = AnswerBody.Read(body, response.Content.Headers.ContentType?.MediaType);
            var root = document.RootElement;
            // GitHub says no with status 200, so the member decides, not the status. An empty one says nothing.
            if (HasError(root) && !(response.IsSuccessStatusCode && ErrorCode(root) is null && root.TryGetProperty("access_token", out _)))
            {
                return ErrorCode(root) is { } code
                    ? new TokenAnswer.Refused(ForeignText.Clean(code, sent), ReadDescription(root, sent))
                    : throw new FormatException("its error is not a code");
            }

            return response.IsSuccessStatusCode ? accept(root) : throw new FormatException("it has no error member");
        }
        catch (TokenTooLargeException exception)
        {
            return new TokenAnswer.Unavailable(TokenTooLargeException.Error, exception.Message);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            var reason = exception is FormatException ? exception.Message : "it is not well-formed JSON";
            var hint = status is >= 300 and < 400 ? "; redirects are not followed, check the endpoint" : string.Empty;
            return new TokenAnswer.Unavailable(
                response.IsSuccessStatusCode ? "malformed" : $"http_{status}",
                $"{endpoint.Host} answered {status} with something that is no OAuth answer: {reason}{hint}."
            );
        }
    }

    private static bool HasError(JsonElement root) =>
        root.TryGetProperty("error", out var error)
        && error.ValueKind != JsonValueKind.Null
        && !(error.ValueKind == JsonValueKind.String && error.ValueEquals(string.Empty));

    private static string? ErrorCode(JsonElement root) =>
        root.GetProperty("error") is { ValueKind: JsonValueKind.String } error
        && error.GetString() is { Length: <= 64 } code
        && !code.AsSpan().ContainsAnyExceptInRange('\u0020', '\u007e')
            ? code
            : null;

    // What must not come back in the provider's words: the values of the form but for the grant type and the scopes, and the header.
    private static string[] Secrets(string form, AuthenticationHeaderValue? authorization)
    {
        var values = QueryHelpers
            .ParseQuery(form)
            .Where(static parameter => parameter.Key is not ("grant_type" or "scope" or "client_id" or "redirect_uri" or "resource"))
            .SelectMany(static parameter => parameter.Value)
            .OfType<string>();
        return authorization?.Parameter is { } header ? [.. values, header, .. BasicCredentials(header)] : [.. values];
    }

    private static string[] BasicCredentials(string header)
    {
        var bytes = new byte[header.Length];
        return
            Convert.TryFromBase64String(header, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length) is var pair
            && pair.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon
            ? [pair, pair[(colon + 1)..], Uri.UnescapeDataString(pair[(colon + 1)..].Replace('+', ' '))]
            : [];
    }

    private TimeSpan? ReadRetryAfter(HttpResponseMessage response, int status)
    {
        if (!response.Headers.TryGetValues("Retry-After", out _))
        {
            return status == 429 ? DefaultRetryAfter : null;
        }

        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => DefaultRetryAfter,
        };
        return wait <= TimeSpan.Zero ? DefaultRetryAfter
            : wait > LongestRetryAfter ? LongestRetryAfter
            : wait;
    }

    private static string ReadDescription(JsonElement root, string[] sent) =>
        root.TryGetProperty("error_description", out var description) && description.ValueKind == JsonValueKind.String
            ? ForeignText.Clean(description.GetString()!, sent)
            : string.Empty;
}
