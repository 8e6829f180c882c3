// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.IntegrationTests.Mail;

/// <summary>What the tests with a scripted mail server share: an entry with a token, and an authority that the bridge trusts.</summary>
public abstract class ScriptedMailTests(SharedServer database) : IAsyncLifetime
{
    private readonly ThrowAwayAuthority _authority = new();
    private readonly string _caFile = Path.GetTempFileName();
    private World _world = null!;

    /// <summary>The entry's access token.</summary>
    protected string Token { get; private set; } = string.Empty;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_caFile, _authority.CertificatePem);
        _world = await World.CreateAsync(database.Server);
        Token = (await _world.GrantAsync(TimeSpan.FromHours(1))).AccessToken!;
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _authority.Dispose();
        File.Delete(_caFile);
        GC.SuppressFinalize(this);
    }

    /// <summary>The entry that is checked.</summary>
    private string Entry { get; set; } = World.Entry;

    /// <summary>Checks a Generic entry with another URL, which has a token that lives.</summary>
    private protected async Task UseGenericAsync(string url)
    {
        Entry = "GENERIC-Own";
        await _world.Install.SetConstAsync($"OAUTH_{Entry}_ID", World.ClientId);
        await _world.Install.SetConstAsync($"OAUTH_{Entry}_SECRET", World.ClientSecret);
        await _world.Install.SetConstAsync($"OAUTH_{Entry}_URL", url);
        Token = (await _world.GrantAsync(TimeSpan.FromHours(1), Entry)).AccessToken!;
    }

    private protected static async Task GreetSmtpAsync(ScriptedMailServer smtp, params string[] more)
    {
        await smtp.SayAsync("220 mail.example ESMTP");
        await smtp.AnswerAsync(["250-mail.example", .. more, "250 AUTH LOGIN XOAUTH2"]);
    }

    private protected static async Task GreetImapAsync(ScriptedMailServer imap, string more = "")
    {
        await imap.SayAsync("* OK The Microsoft Exchange IMAP4 service is ready.");
        await imap.AnswerTaggedAsync($"* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR{more}", "TAG OK CAPABILITY completed.");
    }

    private protected static void AssertFails(MailCheckReport report, string step, string code)
    {
        Assert.False(report.Ok);
        Assert.Equal((step, code), (report.Steps[^1].Name, report.Code!));
        Assert.False(report.Steps[^1].Ok);
    }

    private protected async Task UseLongTokenAsync()
    {
        await _world.ExecuteAsync("DELETE FROM llx_oauth_token");
        Token = (await _world.GrantAsync(TimeSpan.FromHours(1), length: 4000)).AccessToken!;
    }

    private protected ScriptedMailServer Start(Func<ScriptedMailServer, Task> script, string name = "localhost", bool expired = false)
    {
        using var certificate = _authority.Issue(name, expired);
        return new ScriptedMailServer(certificate, script);
    }

    private protected async Task<MailCheckReport> CheckAsync(
        ScriptedMailServer server,
        MailProtocol protocol,
        MailSecurity security,
        TimeSpan? deadline = null
    )
    {
        var options = new BridgeOptions { MailCaFile = _caFile, MailDeadline = deadline ?? Eventually.Limit };
        var check = new MailCheck
        {
            Protocol = protocol,
            Username = "ada@example.com",
            Host = "localhost",
            Port = server.Port,
            Security = security,
        };
        var report = await _world.Open(options).Get<MailChecker>().CheckAsync(Entry, 1, check);
        Assert.All(report.Steps, step => Assert.DoesNotContain(Token, step.Detail, StringComparison.Ordinal));
        return report;
    }
}
