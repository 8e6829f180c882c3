// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using DolibarrOAuthBridge.Providers;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace DolibarrOAuthBridge.Mail;

/// <summary>Says what an exception during a check means and what to do.</summary>
/// <param name="session">The connection.</param>
/// <param name="host">The server.</param>
/// <param name="deadline">How long the whole check may take.</param>
internal sealed class MailFailures(MailSession session, MailHost host, TimeSpan deadline)
{
    private const int LongestLine = 4096; // characters
    private const int LongestAuthenticate = 40; // tag, command and mechanism before the token

    /// <summary>The token that was sent, which no detail may hold; empty before.</summary>
    public string AccessToken { get; set; } = string.Empty;

    /// <summary>The token's scopes; null if unknown.</summary>
    public string? GrantedScope { get; set; }

    /// <summary>What an exception means; null where it is none of a check's.</summary>
    public MailRefusal? Explain(Exception exception) =>
        exception switch
        {
            MailCheckException failure => new MailRefusal(failure.Code, failure.Message),
            ProviderConfigurationException failure => new MailRefusal(MailFailureCode.Settings, failure.Message),
            BridgeException failure => new MailRefusal(failure.Code, failure.Message),
            OperationCanceledException or SslHandshakeException { InnerException: OperationCanceledException } => new MailRefusal(
                MailFailureCode.Timeout,
                Timeout()
            ),
            SocketException failure
                when failure.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => new MailRefusal(
                MailFailureCode.Unreachable,
                $"The name {host.Host} does not resolve. Check its spelling and this machine's DNS."
            ),
            SocketException failure => new MailRefusal(
                MailFailureCode.Unreachable,
                $"{host} refuses the connection ({failure.SocketErrorCode}). Check host and port, and whether a firewall lets "
                    + "this machine out."
            ),
            SslHandshakeException when session.CertificateProblem is { } problem => new MailRefusal(MailFailureCode.Certificate, problem),
            SslHandshakeException failure => new MailRefusal(
                MailFailureCode.Tls,
                $"TLS could not be set up{Because(failure.InnerException)}. Port {host.Port} usually wants "
                    + $"{MailSecurityName.Of(MailHost.UsualSecurity(host.Port))}."
            ),
            NotSupportedException when !session.IsAuthenticated => new MailRefusal(
                MailFailureCode.StartTlsMissing,
                "The server does not offer STARTTLS, or somebody on the way took the offer out. Nothing was sent. Use TLS from the "
                    + "start (port 465 or 993), or ask the server's administrator."
            ),
            AuthenticationException failure => Refused(
                session.Protocol == MailProtocol.Imap ? session.Dialogue.LastLine : WithoutColon(failure.Message)
            ),
            SmtpCommandException failure => Refused($"{(int)failure.StatusCode} {failure.Message}", FallbackOf(failure.ErrorCode)),
            // ImapUse: there is no personal namespace, and the server had nothing against the question.
            ImapCommandException when session.Dialogue.LastLine.StartsWith("OK", StringComparison.OrdinalIgnoreCase) => new MailRefusal(
                MailFailureCode.FolderMissing,
                "The login works, but the server names no folders of this account: it has no mailbox, or is a shared or unlicensed one. "
                    + "Have a mailbox made for the account, or log in as the mailbox that is meant."
            ),
            ImapCommandException => Refused(session.Dialogue.LastLine),
            FolderNotFoundException failure => new MailRefusal(
                MailFailureCode.FolderMissing,
                $"The mailbox has no folder {Clean(failure.FolderName)}."
            ),
            ProtocolException or IOException or ServiceNotConnectedException or FormatException => Broken(exception),
            _ => null,
        };

    // MailKit writes "535: 5.7.8 …".
    private static string WithoutColon(string message) =>
        message is [_, _, _, ':', ' ', ..] && message.AsSpan(0, 3).ContainsAnyExceptInRange('0', '9') is false
            ? message.Remove(3, 1)
            : message;

    private static string? FallbackOf(SmtpErrorCode code) =>
        code switch
        {
            SmtpErrorCode.RecipientNotAccepted => MailFailureCode.RecipientRefused,
            SmtpErrorCode.SenderNotAccepted => MailFailureCode.SenderRefused,
            _ => null,
        };

    // Many servers accept no line of more than 4,096 characters, and say so in words of their own or not at all.
    private bool IsTokenLong =>
        !session.IsAuthenticated && (session.Mechanism?.InitialResponse.Length ?? 0) > LongestLine - LongestAuthenticate;

    private MailRefusal TooLong(string what) =>
        new(
            MailFailureCode.TokenTooLong,
            $"{what} at a login whose line has {session.Mechanism!.InitialResponse.Length} characters; many servers accept "
                + $"{LongestLine}. The token is too long for it: ask the provider for fewer scopes or claims, or for opaque tokens."
        );

    private MailRefusal Refused(string answer, string? fallback = null)
    {
        var explanation = session.Mechanism?.Explanation;
        var refusal = MailRefusals.Decode(session.Protocol, answer, explanation, GrantedScope);
        if (refusal.Code == MailFailureCode.Refused && IsTokenLong)
        {
            return TooLong($"The server says: {Clean(answer)},");
        }

        var (code, advice) =
            refusal.Code == MailFailureCode.Refused && fallback is not null ? (fallback, string.Empty) : (refusal.Code, refusal.Advice);
        var explained =
            SaslExplanation.Parse(explanation) is { } parsed && !session.IsAuthenticated ? $" ({Clean(parsed.ToString())})" : string.Empty;
        return new MailRefusal(code, $"The server says: {Clean(answer).TrimEnd('.')}{explained}. {advice}".TrimEnd());
    }

    private MailRefusal Broken(Exception exception)
    {
        var last = session.Dialogue.LastLine;
        if (IsTokenLong)
        {
            return TooLong($"The server ended the connection ({Clean(last)})");
        }

        return
            last.StartsWith("BAD", StringComparison.OrdinalIgnoreCase)
            || last.StartsWith("* BYE", StringComparison.OrdinalIgnoreCase)
            || last.StartsWith("421", StringComparison.Ordinal)
            ? Refused(last)
            : new MailRefusal(
                MailFailureCode.Protocol,
                $"The server broke off or does not speak {session.Protocol.ToString().ToUpperInvariant()}: {Clean(exception.Message)} "
                    + "Check host, port and security."
            );
    }

    private string Timeout()
    {
        var usual = MailHost.UsualSecurity(host.Port);
        var hint =
            session.Dialogue.LastLine.Length == 0 && usual != host.Security
                ? $" Port {host.Port} usually wants {MailSecurityName.Of(usual)}, not {MailSecurityName.Of(host.Security)}."
                : " Check host and port, and whether a firewall lets this machine out.";
        return $"{host} did not answer in time: the whole check may take {deadline.TotalSeconds:0} s.{hint}";
    }

    private string Because(Exception? cause) => cause is null ? string.Empty : $" ({Clean(cause.Message).TrimEnd('.')})";

    private string Clean(string text) =>
        AccessToken.Length == 0
            ? ServerText.Clean(text)
            : ServerText.Clean(text, AccessToken, session.Mechanism?.InitialResponse ?? AccessToken);
}
