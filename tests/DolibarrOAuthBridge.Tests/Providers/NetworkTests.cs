// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Providers;

/// <summary>What stands between the bridge and a provider: proxies, certificate authorities, several addresses.</summary>
public sealed class NetworkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("login.example", false)]
    [InlineData("proxy-free.example", true)]
    [InlineData("a.proxy-free.example", true)]
    [InlineData("notproxy-free.example", false)]
    [InlineData("b.intern", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("11.1.2.3", false)]
    public void A_host_in_the_list_is_reached_without_proxy(string host, bool isDirect)
    {
        var options = new BridgeOptions { UseProxy = ProxyUse.Environment, NoProxy = ["proxy-free.example", ".intern", "10.0.0.0/8"] };
        var proxy = new OutboundProxy(options, TimeProvider.System);

        // No environment names a proxy in the tests' process, so that only the list can be told from the outside here.
        Assert.Equal(isDirect, proxy.IsExcluded(host));
    }

    [Fact]
    public async Task A_certificate_of_ones_own_authority_is_accepted_where_its_file_is_named_and_else_refused_by_name()
    {
        using var files = new Certificates();
        using var key = RSA.Create(2048);
        var name = "CN=the server\u202e\u2028" + new string('x', 200);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = files.Write("ca.pem", certificate.ExportCertificatePem());
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = ServeAsync(listener, certificate, times: 2);
        var url = new Uri($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/");

        using var trusting = ProviderHttpClient.Create(authorities: new OwnAuthorities(("Bridge:CaFile", path)));
        Assert.Equal("{}", await trusting.GetStringAsync(url, Cancellation));
        using var other = ProviderHttpClient.Create();
        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => other.GetStringAsync(url, Cancellation));
        var sentence = ConnectionErrors.Describe(url, refusal);
        await server;

        Assert.Contains("CN=the server  xx", sentence, StringComparison.Ordinal); // whoever is on the way chooses the name
        Assert.DoesNotContain(new string('x', 100), sentence, StringComparison.Ordinal);
        Assert.Contains("Bridge:CaFile", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("no certificate", "holds no certificate")]
    public void A_file_without_authorities_is_said_to_be_none(string? text, string words)
    {
        using var files = new Certificates();
        var path = text is null ? "/nowhere.pem" : files.Write("ca.pem", text);

        var refusal = Assert.Throws<ProviderConfigurationException>(() => new OwnAuthorities(("Bridge:CaFile", path)).Prepare());

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_address_that_accepts_wins()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        using var socket = await ProviderConnector.ConnectAsync(
            [IPAddress.IPv6Loopback, IPAddress.Loopback],
            port,
            TimeProvider.System,
            Cancellation
        );

        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task An_address_that_leads_nowhere_costs_no_more_than_the_next_ones_turn()
    {
        // Its queue is full, so that a further connection is never answered.
        using var silent = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        silent.Listen(0);
        var port = ((IPEndPoint)silent.LocalEndPoint!).Port;
        using var first = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(IPAddress.IPv6Loopback, port, Cancellation);
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();

        using var socket = await ProviderConnector.ConnectAsync(
            [IPAddress.IPv6Loopback, IPAddress.Loopback],
            port,
            TimeProvider.System,
            Cancellation
        );

        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "DNS")]
    [InlineData(HttpRequestError.ConnectionError, "firewall")]
    [InlineData(HttpRequestError.SecureConnectionError, "TLS")]
    [InlineData(HttpRequestError.ProxyTunnelError, "proxy")]
    [InlineData(HttpRequestError.ResponseEnded, "before its answer ended")]
    [InlineData(HttpRequestError.InvalidResponse, "not HTTP")]
    [InlineData(HttpRequestError.Unknown, "check the URL")]
    public void A_failed_connection_is_a_sentence_that_names_the_host_and_what_to_look_at(HttpRequestError error, string words)
    {
        var sentence = ConnectionErrors.Describe(
            new Uri("https://login.example/token"),
            new HttpRequestException(error, "the message might name secrets")
        );

        Assert.Contains("login.example", sentence, StringComparison.Ordinal);
        Assert.Contains(words, sentence, StringComparison.Ordinal);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("secrets", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain($"{error}", sentence, StringComparison.Ordinal);
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate, int times)
    {
        for (var index = 0; index < times; index++)
        {
            using var client = await listener.AcceptTcpClientAsync(Cancellation);
            await using var stream = new SslStream(client.GetStream());
            try
            {
                await stream.AuthenticateAsServerAsync(certificate);
                _ = await stream.ReadAsync(new byte[4096], Cancellation);
                await stream.WriteAsync(
                    Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"),
                    Cancellation
                );
            }
            catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client refused the certificate.
            }
        }
    }
}
