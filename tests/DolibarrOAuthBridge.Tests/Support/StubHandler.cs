// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;

namespace DolibarrOAuthBridge.Tests.Support;

/// <summary>The outermost edge of HTTP: answers as a test says and keeps what was sent.</summary>
internal sealed class StubHandler(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public List<(Uri Uri, string Body, HttpRequestMessage Request)> Requests { get; } = [];

    public static StubHandler Of(Func<HttpResponseMessage> answer) => new((_, _) => Task.FromResult(answer()));

    public static StubHandler Of(HttpStatusCode status, byte[] body, string? contentType = "application/json") =>
        Of(() =>
        {
            var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(body) };
            if (contentType is not null)
            {
                response.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }

            return response;
        });

    public static StubHandler Of(HttpStatusCode status, string body, string? contentType = "application/json") =>
        Of(status, Encoding.UTF8.GetBytes(body), contentType);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Add((request.RequestUri!, body, request));
        return await answer(request, cancellationToken);
    }
}
