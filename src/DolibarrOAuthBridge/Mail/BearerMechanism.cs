// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Providers;
using MailKit.Security;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// XOAUTH2 or OAUTHBEARER for MailKit. Unlike MailKit's own it keeps what the server says when it refuses, and sends a long
/// token on a line of its own: RFC 4954 allows it in the AUTH command only within 512 bytes, and servers from 1 KiB on
/// (Dovecot, Gmail) refuse the command as too long.
/// </summary>
internal sealed class BearerMechanism : SaslMechanism
{
    private const int LongestSmtpCommand = 512; // bytes with CRLF, RFC 5321 section 4.5.3.1.4

    private readonly byte[] _message;
    private readonly MailProtocol _protocol;
    private bool _isSent;

    public BearerMechanism(string name, MailProtocol protocol, string user, string accessToken, MailHost host)
        : base(user, accessToken)
    {
        XOAuth2.RequireUser(user);
        MechanismName = name;
        _protocol = protocol;
        _message = Encoding.UTF8.GetBytes(
            name == SaslName.OAuthBearer ? OAuthBearer.Message(user, accessToken, host) : XOAuth2.Message(user, accessToken)
        );
    }

    /// <inheritdoc />
    public override string MechanismName { get; }

    /// <inheritdoc />
    public override bool SupportsInitialResponse =>
        _protocol != MailProtocol.Smtp || $"AUTH {MechanismName} {InitialResponse}\r\n".Length <= LongestSmtpCommand;

    /// <summary>What is sent, base64. It holds the token.</summary>
    public string InitialResponse => Convert.ToBase64String(_message);

    /// <summary>The server's explanation of its refusal, a JSON text by custom; null if it gave none.</summary>
    public string? Explanation { get; private set; }

    /// <inheritdoc />
    protected override byte[]? Challenge(byte[]? token, int startIndex, int length, CancellationToken cancellationToken)
    {
        if (!_isSent)
        {
            _isSent = true;
            return _message;
        }

        if (Explanation is not null)
        {
            throw new SaslException(MechanismName, SaslErrorCode.InvalidChallenge, "The server keeps asking.");
        }

        // A challenge after the token is a refusal. It wants an answer before the server says so: RFC 7628 a ^A, XOAUTH2 nothing.
        Explanation = token is null ? string.Empty : Encoding.UTF8.GetString(token, startIndex, length);
        return MechanismName == SaslName.OAuthBearer ? [1] : [];
    }
}
