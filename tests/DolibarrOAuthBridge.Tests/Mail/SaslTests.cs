// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Mail;

public sealed class SaslTests
{
    private static readonly MailHost Host = new("mail.example.com", 587, MailSecurity.StartTls);

    // The vector of Microsoft's documentation.
    [Fact]
    public void XOAUTH2_is_as_Exchange_documents_it() =>
        Assert.Equal(
            "dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ==",
            XOAuth2.InitialResponse("test@contoso.onmicrosoft.com", "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA")
        );

    [Fact]
    public void OAUTHBEARER_is_as_RFC_7628_says_and_escapes_the_user() =>
        Assert.Equal(
            "n,a=a=2Cb=3Dc,\u0001host=mail.example.com\u0001port=587\u0001auth=Bearer token\u0001\u0001",
            Encoding.UTF8.GetString(
                Convert.FromBase64String(
                    new BearerMechanism(SaslName.OAuthBearer, MailProtocol.Imap, "a,b=c", "token", Host).InitialResponse
                )
            )
        );

    [Theory]
    [InlineData(MailProtocol.Smtp, 300, true)]
    [InlineData(MailProtocol.Smtp, 400, false)]
    [InlineData(MailProtocol.Imap, 4000, true)]
    internal void A_long_token_is_no_argument_of_the_SMTP_command(MailProtocol protocol, int length, bool initial) =>
        Assert.Equal(
            initial,
            new BearerMechanism(SaslName.XOAuth2, protocol, "ada@example.com", new string('x', length), Host).SupportsInitialResponse
        );

    [Fact]
    public async Task A_refusal_is_kept_and_answered_as_the_mechanism_wants()
    {
        foreach (var (name, answer) in new[] { (SaslName.XOAuth2, string.Empty), (SaslName.OAuthBearer, "AQ==") })
        {
            var mechanism = new BearerMechanism(name, MailProtocol.Smtp, "ada@example.com", "token", Host);
            Assert.Equal(mechanism.InitialResponse, await mechanism.ChallengeAsync(null, TestContext.Current.CancellationToken));
            Assert.Equal(
                answer,
                await mechanism.ChallengeAsync(Convert.ToBase64String("""{"status":"400"}"""u8), TestContext.Current.CancellationToken)
            );
            Assert.Equal("""{"status":"400"}""", mechanism.Explanation);
        }
    }

    [Fact]
    public void A_user_cannot_forge_a_field() =>
        Assert.Throws<BridgeException>(() =>
            new BearerMechanism(SaslName.XOAuth2, MailProtocol.Smtp, "ada\u0001auth=Bearer other", "token", Host)
        );

    [Theory]
    [InlineData(
        "535 5.7.3 no [AM0PR02CA0123.eurprd02.prod.outlook.com 2026-11-24T10:00:00.000Z 08DE2B1C2D3E4F50]",
        "535 5.7.3 no [AM0PR02CA0123.eurprd02.prod.outlook.com 2026-11-24T10:00:00.000Z 08DE2B1C2D3E4F50]"
    )]
    [InlineData("no ya29.secret-secret\r\nnext\u001b[31m", "no [redacted] next [31m")]
    [InlineData("no eWEyOS5zZWNyZXQtc2VjcmV0 and ya29%2Esecret%2Dsecret", "[redacted]")]
    [InlineData("eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjQ2ODM5LyIsImV4cCI6MTc5", "….…")]
    public void A_servers_words_are_shown_without_what_looks_like_a_token(string said, string shown) =>
        Assert.Equal(shown, ServerText.Clean(said, "ya29.secret-secret"));
}
