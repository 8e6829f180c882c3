// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>Has the proxy's settings read before each request, which .NET's own proxy interface has no time for.</summary>
internal sealed class ProxyHandler(OutboundProxy proxy, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await proxy.PrepareAsync(cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }
}
