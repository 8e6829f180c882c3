// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Mail;

public sealed class MailTargetTests
{
    private static MailCheck Smtp { get; } = new() { Protocol = MailProtocol.Smtp, Username = "ada@example.com" };

    private static MailCheck Imap { get; } = Smtp with { Protocol = MailProtocol.Imap };

    private static Provider Of(string name) => ProviderCatalogue.All.First(provider => provider.Name == name);

    [Fact]
    public void Known_providers_need_neither_host_nor_port()
    {
        Assert.Equal(new MailHost("smtp.gmail.com", 465, MailSecurity.Tls), MailTarget.Of(Smtp, Of("Google")));
        Assert.Equal(new MailHost("imap.gmail.com", 993, MailSecurity.Tls), MailTarget.Of(Imap, Of("Google")));
        Assert.Equal(new MailHost("smtp.office365.com", 587, MailSecurity.StartTls), MailTarget.Of(Smtp, Of("Microsoft3")));
        Assert.Equal(new MailHost("outlook.office365.com", 993, MailSecurity.Tls), MailTarget.Of(Imap, Of("MicrosoftApp")));
    }

    [Fact]
    public void What_is_left_out_is_what_is_customary()
    {
        Assert.Equal(new MailHost("smtp.gmail.com", 587, MailSecurity.StartTls), MailTarget.Of(Smtp with { Port = 587 }, Of("Google")));
        Assert.Equal(
            new MailHost("smtp.gmail.com", 587, MailSecurity.StartTls),
            MailTarget.Of(Smtp with { Security = MailSecurity.StartTls }, Of("Google"))
        );
        Assert.Equal(
            new MailHost("mail.example.com", 465, MailSecurity.Tls),
            MailTarget.Of(Smtp with { Host = "mail.example.com" }, Of("Generic"))
        );
        Assert.Equal(
            new MailHost("mail.example.com", 143, MailSecurity.StartTls),
            MailTarget.Of(Imap with { Host = "mail.example.com", Port = 143 }, Of("Generic"))
        );
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("https://mail.example.com", 587)]
    [InlineData("mail.example.com:587", null)]
    [InlineData("mail example", 587)]
    [InlineData("mail.example.com", 0)]
    [InlineData("mail.example.com", 70000)]
    public void What_cannot_be_a_server_is_refused(string? host, int? port) =>
        Assert.Equal(
            ProblemCode.InvalidRequest,
            Assert.Throws<BridgeException>(() => MailTarget.Of(Smtp with { Host = host, Port = port }, Of("Generic"))).Code
        );
}
