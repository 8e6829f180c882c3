// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>A program in the place of a PostgreSQL server: it asks for the password, as MD5 hash, and notes what it is told.</summary>
internal sealed class FakePostgreSql : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Any, 0);
    private readonly X509Certificate2? _certificate;
    private readonly ConcurrentQueue<string> _greetings = [];
    private readonly ConcurrentQueue<string> _passwords = [];
    private readonly Task _serving;
    private int _clientCertificates;

    /// <param name="certificate">With it TLS is offered, and the client's certificate asked for.</param>
    public FakePostgreSql(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What clients said first, once they believed the server: account, database, options.</summary>
    public IReadOnlyCollection<string> Greetings => _greetings;

    /// <summary>What clients answered when they were asked for the password.</summary>
    public IReadOnlyCollection<string> Passwords => _passwords;

    /// <summary>How many clients showed a certificate.</summary>
    public int ClientCertificates => _clientCertificates;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // It was stopped.
        }
    }

    private async Task AnswerAsync(Stream stream)
    {
        const int AskForTls = 80877103;
        const int AskForGss = 80877104;
        try
        {
            var head = new byte[8];
            await stream.ReadExactlyAsync(head);
            while (BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)) is (AskForTls or AskForGss) and var asked)
            {
                var isTls = asked == AskForTls && _certificate is not null;
                await stream.WriteAsync(isTls ? "S"u8.ToArray() : "N"u8.ToArray());
                stream = isTls ? await SecureAsync(stream) : stream;
                await stream.ReadExactlyAsync(head);
            }

            var greeting = new byte[BinaryPrimitives.ReadInt32BigEndian(head) - head.Length];
            await stream.ReadExactlyAsync(greeting);
            _greetings.Enqueue(Encoding.ASCII.GetString(greeting).Replace('\0', '|'));
            await stream.WriteAsync(new byte[] { (byte)'R', 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4 });
            var answer = new byte[256];
            if (await stream.ReadAsync(answer) is > 0 and var length && answer[0] == 'p')
            {
                _passwords.Enqueue(Encoding.ASCII.GetString(answer, 5, length - 5));
            }
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client does not believe it, or has gone.
        }
    }

    private async Task<SslStream> SecureAsync(Stream stream)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate is null || Interlocked.Increment(ref _clientCertificates) > 0,
                ApplicationProtocols = [new SslApplicationProtocol("postgresql")],
            }
        );
        return secure;
    }
}
