// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>Calls a running sidecar on this machine, over TCP or its socket.</summary>
internal static class SidecarClient
{
    /// <summary>Where a sidecar listens unless told otherwise.</summary>
    public const string StandardAddress = "http://127.0.0.1:8765";

    /// <summary>The socket of the Debian package's units and of the container image.</summary>
    public const string StandardSocket = "/run/dolibarr-oauth-bridge/bridge.sock";

    /// <summary>
    /// Where a sidecar is that nobody named: what <c>auto</c> means in the module's setup, whose default it is.
    /// </summary>
    public static string Automatic => File.Exists(StandardSocket) ? StandardSocket : StandardAddress;

    /// <summary>
    /// What stands before the paths of a named instance, such as <c>/i/acme</c>; empty where the address says already which instance is
    /// meant, or there are no names.
    /// </summary>
    /// <param name="options">The instance's settings.</param>
    /// <param name="address">As for <see cref="GetAsync"/>.</param>
    public static string PrefixOf(BridgeOptions options, string address) =>
        options.Instance.Length == 0 || SocketPath(address) == options.OwnSocket || address.Contains("/i/", StringComparison.Ordinal)
            ? string.Empty
            : $"/i/{options.Instance}";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>Whether who listens there knows the API key already, which is not sent: any user of this machine may listen.</summary>
    /// <param name="address">The address, as <see cref="GetAsync"/> takes it.</param>
    /// <param name="prefix">The instance's prefix of paths, or nothing.</param>
    /// <param name="apiKey">The company's API key.</param>
    /// <param name="entity">The company.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="HttpRequestException">Nobody answers, or the address is none.</exception>
    public static async Task<bool> ProvesAsync(
        string address,
        string prefix,
        string apiKey,
        int entity,
        CancellationToken cancellationToken = default
    )
    {
        var nonce = IdentityProof.NewNonce();
        var path = $"{prefix}/v1/identity?nonce={nonce}&entity={entity}";
        var (status, body) = await GetAsync(address, path, apiKey: null, cancellationToken);
        return status == HttpStatusCode.OK && body.Contains(IdentityProof.Of(apiKey, nonce, entity), StringComparison.Ordinal);
    }

    /// <summary>Gets a path.</summary>
    /// <param name="address">The address as the module's setting holds it: a URL, a socket's path, or <c>unix:</c> and that.</param>
    /// <param name="path">The path, such as <c>/healthz</c>.</param>
    /// <param name="apiKey">The API key; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Status and body.</returns>
    /// <exception cref="HttpRequestException">It does not answer, or the address is none.</exception>
    public static async Task<(HttpStatusCode Status, string Body)> GetAsync(
        string address,
        string path,
        string? apiKey,
        CancellationToken cancellationToken = default
    )
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = Deadline,
        };
        var socket = SocketPath(address);
        if (socket is not null)
        {
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(socket, cancellation);
        }

        if (
            !Uri.TryCreate(socket is null ? address : "http://localhost", UriKind.Absolute, out var url)
            || url.Scheme != Uri.UriSchemeHttp
            || !url.IsLoopback
        )
        {
            throw new HttpRequestException($"{address} is no address of a sidecar on this machine.");
        }

#pragma warning disable RS0030 // the rule is about providers; this client calls the sidecar
        using var client = new HttpClient(handler) { Timeout = Deadline, MaxResponseContentBufferSize = 64 * 1024 };
#pragma warning restore RS0030
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, url.AbsolutePath.TrimEnd('/') + path));
        if (apiKey is not null)
        {
            request.Headers.Authorization = new("Bearer", apiKey);
        }

        try
        {
            using var answer = await client.SendAsync(request, cancellationToken);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception exception)
            when (exception is SocketException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(
                exception is OperationCanceledException ? $"no answer within {Deadline.TotalSeconds:0} seconds" : exception.Message,
                exception
            );
        }
    }

    private static string? SocketPath(string address)
    {
        var path = address.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) ? address["unix:".Length..] : address;
        path = path.StartsWith("///", StringComparison.Ordinal) ? path[2..] : path;
        return path.StartsWith('/') ? path : null;
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
