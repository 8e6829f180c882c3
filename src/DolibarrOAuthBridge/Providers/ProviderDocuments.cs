// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// Fetches JSON documents of providers: one deadline up to the last byte, the size and redirect rules of
/// <see cref="ProviderHttpClient"/>, strict JSON.
/// </summary>
internal sealed class ProviderDocuments(HttpClient http, TimeProvider time, BridgeOptions options)
{
    /// <summary>Fetches one document.</summary>
    /// <param name="uri">Where it is.</param>
    /// <param name="bearer">An access token to present in the header; null for none.</param>
    /// <param name="deadline">Limit for the whole exchange; null for that of every provider call.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProviderDocumentException">There is no such document to be had.</exception>
    public async Task<JsonElement> GetAsync(
        Uri uri,
        string? bearer = null,
        TimeSpan? deadline = null,
        CancellationToken cancellationToken = default
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(),
            limit,
            deadline ?? options.ProviderDeadline,
            Timeout.InfiniteTimeSpan
        );
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
            if (!response.IsSuccessStatusCode)
            {
                var status = response.StatusCode;
                throw new ProviderDocumentException($"{uri.Host} answered {(int)status}.", IsOfAnotherTime(status));
            }

            var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
            using var document = JsonDocument.Parse(body, StrictJson.Options);
            return document.RootElement.Clone();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderDocumentException($"{uri.Host} did not answer in time.", isUnanswered: true);
        }
        catch (HttpRequestException exception)
        {
            throw new ProviderDocumentException(ConnectionErrors.Describe(uri, exception), isUnanswered: true);
        }
        catch (JsonException)
        {
            throw new ProviderDocumentException($"{uri.Host} answered with JSON that is not well-formed.");
        }
    }

    // What a proxy says for a server that is down, or a server that has too much to do.
    private static bool IsOfAnotherTime(HttpStatusCode status) =>
        status
            is HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout;
}
