// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Text;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>HTTP as bytes, for what no client would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends bytes on one connection and gives back all that comes until the server closes.</summary>
    public static async Task<string> SendAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        using var limit = new CancellationTokenSource(Eventually.Limit);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
            return await reader.ReadToEndAsync(limit.Token);
        }
        catch (IOException)
        {
            return "reset";
        }
    }

    /// <summary>The status of the first answer; 0 where the connection was reset.</summary>
    public static async Task<int> StatusAsync(Uri address, string request)
    {
        var answer = await SendAsync(address, request);
        return answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
            ? int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture)
            : 0;
    }

    /// <summary>A request line with headers and an empty body that closes the connection.</summary>
    public static string Get(string target, params string[] headers) =>
        $"GET {target} HTTP/1.1\r\nConnection: close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";
}
