// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>A mail server on the loopback address that says what a test writes, well-behaved or not. It notes what it was told.</summary>
internal sealed class ScriptedMailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new(Eventually.Limit);
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _heard = new();
    private readonly X509Certificate2 _certificate;
    private readonly Func<ScriptedMailServer, Task> _script;
    private readonly Task _serving;
    private Stream _stream = Stream.Null;

    public ScriptedMailServer(X509Certificate2 certificate, Func<ScriptedMailServer, Task> script)
    {
        // Windows and OpenSSL want a key that lives in a store of its own.
        _certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        _script = script;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Everything that the client sent, after decryption.</summary>
    public string Heard
    {
        get
        {
            lock (_heard)
            {
                return _heard.ToString();
            }
        }
    }

    /// <summary>Ends when the server has fallen silent.</summary>
    public Task Hanging => _hanging.Task.WaitAsync(Eventually.Limit);

    /// <summary>Sends lines, each with CRLF, in one packet.</summary>
    public async Task SayAsync(params string[] lines) =>
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\r\n"))), _stop.Token);

    /// <summary>Reads a line; empty where the client is gone.</summary>
    public async Task<string> HearAsync()
    {
        var line = new StringBuilder();
        var buffer = new byte[1];
        while (await _stream.ReadAsync(buffer, _stop.Token) > 0 && buffer[0] != '\n')
        {
            line.Append((char)buffer[0]);
        }

        lock (_heard)
        {
            _heard.Append(line).Append('\n');
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>Reads an IMAP command and gives back its tag.</summary>
    public async Task<string> HearTagAsync() => (await HearAsync()).Split(' ')[0];

    /// <summary>Reads a command and answers it.</summary>
    public async Task AnswerAsync(params string[] lines)
    {
        await HearAsync();
        await SayAsync(lines);
    }

    /// <summary>Reads an IMAP command and answers it; in the lines, TAG stands for its tag.</summary>
    public async Task AnswerTaggedAsync(params string[] lines)
    {
        var tag = await HearTagAsync();
        await SayAsync([.. lines.Select(line => line.Replace("TAG", tag, StringComparison.Ordinal))]);
    }

    public async Task StartTlsAsync()
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
        _stream = tls;
    }

    /// <summary>Ends the connection.</summary>
    public ValueTask CloseAsync() => _stream.DisposeAsync();

    /// <summary>Says nothing more.</summary>
    public async Task HangAsync()
    {
        _hanging.TrySetResult();
        await Task.Delay(Timeout.Infinite, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        await _stream.DisposeAsync();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _stream = client.GetStream();
            await _script(this);
            while (await HearAsync() is { Length: > 0 }) { }
        }
        catch (Exception exception)
            when (exception
                    is OperationCanceledException
                        or IOException
                        or SocketException
                        or ObjectDisposedException
                        or System.Security.Authentication.AuthenticationException
            )
        {
            // The client is gone, or the test is over.
        }
    }
}
