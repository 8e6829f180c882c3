// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using DolibarrOAuthBridge.Providers;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace DolibarrOAuthBridge.Mail;

/// <summary>One connection to a mail server, from the TCP connection to the login.</summary>
internal sealed class MailSession : IDisposable
{
    private readonly MailHost _host;
    private readonly MailCertificates _certificates;
    private readonly MailService _client;
    private readonly OutboundProxy _proxy;
    private readonly TimeProvider _time;
    private Socket? _socket;
    private Stream? _tunnel;

    public MailSession(MailProtocol protocol, MailHost host, MailCertificates certificates, OutboundProxy proxy, TimeProvider time)
    {
        Protocol = protocol;
        _host = host;
        _certificates = certificates;
        _proxy = proxy;
        _time = time;
        _client = protocol == MailProtocol.Smtp ? new SmtpClient(Dialogue) : new ImapClient(Dialogue);
        _client.CheckCertificateRevocation = false;
        _client.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        _client.ServerCertificateValidationCallback = (_, certificate, chain, errors) =>
            (CertificateProblem = certificates.Problem(certificate, chain, errors)) is null;
    }

    public MailProtocol Protocol { get; }

    /// <summary>What the server said.</summary>
    public ServerDialogue Dialogue { get; } = new();

    /// <summary>Why the server's certificate is not to be trusted; null if it is, or none was seen.</summary>
    public string? CertificateProblem { get; private set; }

    /// <summary>The mechanism of the login; null before it.</summary>
    public BearerMechanism? Mechanism { get; private set; }

    /// <summary>Whether the server has accepted the token.</summary>
    public bool IsAuthenticated => _client.IsAuthenticated;

    public SmtpClient Smtp => (SmtpClient)_client;

    public ImapClient Imap => (ImapClient)_client;

    /// <summary>Whether a proxy makes the connection, which resolves the name itself.</summary>
    /// <exception cref="ProviderConfigurationException">The proxy's settings cannot be used.</exception>
    public async Task<bool> UsesProxyAsync(CancellationToken cancellationToken)
    {
        await _proxy.PrepareAsync(cancellationToken);
        return ProxyUri is not null;
    }

    /// <summary>Makes the TCP connection: to the first address that accepts it (RFC 8305), or through the proxy.</summary>
    /// <param name="addresses">The host's addresses; not looked at where a proxy makes the connection.</param>
    /// <param name="cancellationToken">Ends every attempt.</param>
    public async Task<string> ConnectAsync(IPAddress[] addresses, CancellationToken cancellationToken)
    {
        if (_host.Security != MailSecurity.None && ProxyUri is { } proxy)
        {
            _tunnel = await MailTunnel.OpenAsync(proxy, _proxy.Credentials, _host, cancellationToken);
            return $"connected through the proxy {proxy.Host}:{proxy.Port}";
        }

        _socket = await ProviderConnector.ConnectAsync(addresses, _host.Port, _time, cancellationToken);
        return _socket.RemoteEndPoint is IPEndPoint end ? $"connected to {PlainAddress.Of(end.Address)}, port {end.Port}" : "connected";
    }

    /// <summary>Reads the greeting and the capabilities, protected as wanted.</summary>
    public async Task<string> GreetAsync(CancellationToken cancellationToken)
    {
        _certificates.Prepare();
        await (
            _tunnel is not null
                ? _client.ConnectAsync(_tunnel, _host.Host, _host.Port, OptionOf(_host.Security), cancellationToken)
                : _client.ConnectAsync(_socket!, _host.Host, _host.Port, OptionOf(_host.Security), cancellationToken)
        );
        if (Dialogue.IsInjected)
        {
            throw new MailCheckException(
                MailFailureCode.Injection,
                "Bytes followed the answer to STARTTLS in plain text. Somebody on the way tampers with the connection, or the server "
                    + "is broken: use TLS from the start (port 465 or 993)."
            );
        }

        if (_client.IsAuthenticated || (_host.Security != MailSecurity.None && !_client.IsSecure))
        {
            throw new MailCheckException(
                MailFailureCode.Protocol,
                "The server treats the connection as logged in before any token was sent, so the token cannot be checked."
            );
        }

        return _client.IsSecure
            ? $"{(_client.SslProtocol == SslProtocols.Tls13 ? "TLS 1.3" : "TLS 1.2")}, certificate valid"
            : "not protected";
    }

    /// <summary>Logs in with the first wanted mechanism that the server offers.</summary>
    /// <param name="wanted">The mechanisms, the preferred one first.</param>
    /// <param name="unlisted">Those that it takes although it does not list them.</param>
    /// <param name="user">The mailbox.</param>
    /// <param name="accessToken">The token.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string> AuthenticateAsync(
        IReadOnlyList<string> wanted,
        IReadOnlyList<string> unlisted,
        string user,
        string accessToken,
        CancellationToken cancellationToken
    )
    {
        var offered = _client.AuthenticationMechanisms;
        var name = wanted.FirstOrDefault(offered.Contains)
            ?? wanted.FirstOrDefault(unlisted.Contains)
            ?? throw new MailCheckException(
                MailFailureCode.MechanismMissing,
                $"The server offers {Names(offered)} here, not {string.Join(" or ", wanted)}. "
                    + "Check host, port and security; a token is never sent as a password."
            );
        Mechanism = new BearerMechanism(name, Protocol, user, accessToken, _host);
        await _client.AuthenticateAsync(Mechanism, cancellationToken);
        return $"logged in as {user} with {name}";
    }

    /// <summary>Sends QUIT or LOGOUT. A server that no longer answers does not fail the check.</summary>
    /// <returns>Whether the server answered.</returns>
    public async Task<bool> TryQuitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.DisconnectAsync(true, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is IOException or ProtocolException or CommandException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _client.Dispose();
        _tunnel?.Dispose();
        _socket?.Dispose();
    }

    private Uri? ProxyUri => _proxy.IsUsed ? _proxy.GetProxy(new UriBuilder(Uri.UriSchemeHttps, _host.Host, _host.Port).Uri) : null;

    private static string Names(HashSet<string> mechanisms) =>
        mechanisms.Count == 0 ? "no login at all" : string.Join(", ", mechanisms.Order(StringComparer.Ordinal));

    private static SecureSocketOptions OptionOf(MailSecurity security) =>
        security switch
        {
            MailSecurity.None => SecureSocketOptions.None,
            MailSecurity.StartTls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.SslOnConnect,
        };
}
