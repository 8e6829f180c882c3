// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// Posts a form to a token endpoint and says what came of it (RFC 6749, sections 3.2 and 5). It never throws for what a provider
/// does.
/// </summary>
internal sealed class TokenEndpointClient(HttpClient http, TimeProvider time, BridgeOptions options)
{
    private const int LongestDescription = 200;

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
            // On a kept-alive connection the handler may silently send the request again; a rotating refresh token does not survive that.
            request.Headers.ConnectionClose = true;
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, deadline.Token);
            var body = await response.Content.ReadAsByteArrayAsync(deadline.Token);
            received?.Invoke(body);
            return Read(endpoint, response, body, accept);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TokenAnswer.Unavailable(
                "timeout",
                $"{endpoint.Host} did not answer within {options.ProviderDeadline.TotalSeconds:0} seconds."
            );
        }
        catch (HttpRequestException exception)
        {
            return new TokenAnswer.Unavailable(
                Word(exception.HttpRequestError),
                $"{endpoint.Host} cannot be reached or broke off: {exception.HttpRequestError}."
            );
        }
    }

    private TokenAnswer Read(Uri endpoint, HttpResponseMessage response, byte[] body, Func<JsonElement, TokenAnswer> accept)
    {
        var status = (int)response.StatusCode;
        if (status is 408 or 429 or >= 500)
        {
            var retryAfter = ReadRetryAfter(response, status);
            return new TokenAnswer.Unavailable($"http_{status}", $"{endpoint.Host} answered {status}.", retryAfter);
        }

        try
        {
            var mediaType = response.Content.Headers.ContentType?.MediaType;
            if (mediaType is not null && !mediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase))
            {
                throw new FormatException($"it is {Shorten(mediaType)}, not JSON");
            }

            using var document = JsonDocument.Parse(body, StrictJson.Options);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("it is not a JSON object");
            }

            // GitHub says no with status 200, so the member decides, not the status.
            if (root.TryGetProperty("error", out var error))
            {
                return
                    error.ValueKind == JsonValueKind.String
                    && error.GetString() is { Length: > 0 and <= 64 } code
                    && !code.AsSpan().ContainsAnyExceptInRange('\u0020', '\u007e')
                    ? new TokenAnswer.Refused(code, ReadDescription(root))
                    : throw new FormatException("its error is not a code");
            }

            return response.StatusCode == HttpStatusCode.OK ? accept(root) : throw new FormatException("it has no error member");
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            var reason = exception is FormatException ? exception.Message : "it is not well-formed JSON";
            var hint = status is >= 300 and < 400 ? "; redirects are not followed, check the endpoint" : string.Empty;
            return new TokenAnswer.Unavailable(
                status == 200 ? "malformed" : $"http_{status}",
                $"{endpoint.Host} answered {status} with something that is no OAuth answer: {reason}{hint}."
            );
        }
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

    private static string ReadDescription(JsonElement root) =>
        root.TryGetProperty("error_description", out var description) && description.ValueKind == JsonValueKind.String
            ? Shorten(description.GetString()!)
            : string.Empty;

    private static string Shorten(string text)
    {
        var line = string.Create(Math.Min(text.Length, LongestDescription), text, static (span, source) =>
        {
            for (var index = 0; index < span.Length; index++)
            {
                span[index] = char.IsControl(source[index]) ? ' ' : source[index];
            }
        });
        return text.Length > LongestDescription ? line + "…" : line;
    }

    private static string Word(HttpRequestError error) =>
        error switch
        {
            HttpRequestError.ConfigurationLimitExceeded => "too_large",
            HttpRequestError.SecureConnectionError => "tls",
            _ => "network",
        };
}
