// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using DolibarrOAuthBridge.Providers;
using Microsoft.Identity.Client;

namespace DolibarrOAuthBridge.AppOnly;

/// <summary>
/// The HTTP side of one MSAL request. MSAL puts the request together (the signed assertion above all); it is sent and its
/// answer judged by <see cref="TokenEndpointClient"/>, with the same deadline, limits and kinds of failure as every other
/// token request. MSAL's own retry and its process-wide throttling never see a failure that would set them off.
/// </summary>
internal sealed class MsalTransport : HttpMessageHandler, IMsalHttpClientFactory
{
    // MSAL is told no more than whether it worked: the token itself is in Answer.
    private const string Done = """{"access_token":"-","token_type":"Bearer","expires_in":3600}""";
    private const string Failed = """{"error":"invalid_request"}""";

    private readonly TokenEndpointClient _client;
    private readonly Uri _endpoint;
    private readonly HttpClient _http;

    /// <param name="client">Sends the request.</param>
    /// <param name="endpoint">Where it goes, whatever host MSAL takes for Microsoft's.</param>
    public MsalTransport(TokenEndpointClient client, Uri endpoint)
    {
        _client = client;
        _endpoint = endpoint;
#pragma warning disable RS0030 // behind it is the client that the rule points to
        _http = new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
    }

    /// <summary>What the provider answered; null if it was not asked.</summary>
    public TokenAnswer? Answer { get; private set; }

    /// <inheritdoc />
    public HttpClient GetHttpClient() => _http;

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Answer is null && request is { Method.Method: "POST", Content: { } content })
        {
            var form = new ByteArrayContent(await content.ReadAsByteArrayAsync(cancellationToken));
            form.Headers.ContentType = content.Headers.ContentType;
            Answer = await _client.PostAsync(_endpoint, form, cancellationToken);
        }

        var issued = Answer is TokenAnswer.Issued;
        return new HttpResponseMessage(issued ? HttpStatusCode.OK : HttpStatusCode.BadRequest)
        {
            Content = new StringContent(issued ? Done : Failed, Encoding.UTF8, "application/json"),
            RequestMessage = request,
        };
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _http.Dispose();
        }

        base.Dispose(disposing);
    }
}
