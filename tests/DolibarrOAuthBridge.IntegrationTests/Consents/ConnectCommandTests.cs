// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary><c>connect</c> from an empty OAuth page to a mailbox that is tried, as a person uses it.</summary>
public sealed class ConnectCommandTests(SharedServer shared, ConnectServers servers) : IClassFixture<ConnectServers>, IAsyncLifetime
{
    private static readonly HttpClient Browser = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Eventually.Limit };

    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await servers.CreateEmptyAsync(shared);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Google_by_a_pasted_address_up_to_a_mail_that_is_sent_and_a_mailbox_that_is_read()
    {
        await using var command = _world.Start("connect");
        await command.ChooseAsync("google", string.Empty);
        await command.AskedAsync(Consenting.CallbackPage); // told before the application is made
        await command.ApplyAsync(ConnectServers.GoogleId);
        Assert.Equal(
            "OAUTH_GOOGLE-Mail_ID|1|chaine|0|1\nOAUTH_GOOGLE-Mail_SCOPE|1|chaine|0|1\nOAUTH_GOOGLE-Mail_SECRET|1|chaine|0|1",
            await _world.QueryAsync("SELECT name, entity, type, visible, note = '' FROM llx_const WHERE name LIKE 'OAUTH%-%' ORDER BY name")
        );
        Assert.Equal("openid,email,gmail_full", await ConstantAsync("GOOGLE-Mail_SCOPE"));
        Assert.StartsWith("dolcrypt:", await ConstantAsync("GOOGLE-Mail_SECRET"), StringComparison.Ordinal);

        await command.AnswerAsync("Consent [", "paste");
        var redirect = await servers.Provider.ApproveAsync(await command.AddressAsync(), MailServers.Grace);
        Assert.StartsWith(Consenting.CallbackPage, redirect.AbsoluteUri, StringComparison.Ordinal);
        await command.TypeAsync(redirect.AbsoluteUri);
        await command.AnswerAsync($"Mailbox to try, - for none [{MailServers.Grace}]: ", string.Empty);
        await command.AnswerAsync("Send a test mail to", MailServers.Grace);
        await command.AnswerAsync("[smtp.gmail.com:465 tls]: ", servers.Smtp);
        await command.AnswerAsync("[imap.gmail.com:993 tls]: ", servers.Imap);

        var ended = await command.RequireSuccessAsync();
        Assert.Contains($"GOOGLE-Mail has a new token, granted by {MailServers.Grace}.", ended.Output, StringComparison.Ordinal);
        Assert.Matches("✓ +send", ended.Output);
        Assert.Matches("✓ +open", ended.Output);
        Assert.NotNull((await _world.StoredAsync("GOOGLE-Mail")).RefreshToken);
    }

    [Fact]
    public async Task Microsoft_by_the_browser_of_this_machine()
    {
        await using var command = _world.Start("connect");
        await command.ChooseAsync("MICROSOFT", "collect");
        await command.ApplyAsync(ConnectServers.MicrosoftId, "contoso.example");
        Assert.Equal(
            $"openid,email,offline_access,{ConnectServers.Exchange}/IMAP.AccessAsUser.All",
            await ConstantAsync("MICROSOFT-Mail_SCOPE")
        );

        await command.AnswerAsync("Consent [", "here");
        var page = await Browser.GetStringAsync(await servers.Provider.ApproveAsync(await command.AddressAsync()));
        Assert.Contains("Consent was given", page, StringComparison.Ordinal);

        // What was waited for in vain by the dialog is the answer to the next question.
        await command.AnswerAsync("Mailbox to try", MailServers.Ada);
        await command.AnswerAsync("IMAP server", servers.Imap);
        await command.RequireSuccessAsync();
    }

    [Fact]
    public async Task Microsoft_by_a_code_on_another_device()
    {
        await using var command = _world.Start("connect", "--device");
        await command.ChooseAsync("MICROSOFT", "send");
        await command.ApplyAsync(ConnectServers.MicrosoftId, "contoso.example");
        await command.LineAsync("2. Type this code there:");
        var code = (await command.LineAsync("Or open the address with the code in it:")).Split("user_code=")[1];
        await servers.Provider.AnswerDeviceAsync(Uri.UnescapeDataString(code));
        await command.AnswerAsync("Mailbox to try", MailServers.Ada);
        await command.AnswerAsync("Send a test mail to", string.Empty);
        await command.AnswerAsync("SMTP server", servers.Smtp);

        var ended = await command.RequireSuccessAsync();
        Assert.DoesNotMatch("✓ +send", ended.Output);
    }

    [Fact]
    public async Task An_application_in_its_own_name_is_asked_for_no_consent()
    {
        await using var command = _world.Start("connect");
        await command.ChooseAsync("MICROSOFTAPP", "both");
        await command.AnswerAsync("Tenant", "common");
        await command.AskedAsync("Put in the directory (tenant) ID");
        await command.ApplyAsync(ConnectServers.MicrosoftAppId, "contoso.example");
        await command.AnswerAsync("Mailbox to try, - for none: ", MailServers.Ada);
        await command.AnswerAsync("Send a test mail to", string.Empty);
        await command.AnswerAsync("SMTP server", servers.Smtp);
        await command.AnswerAsync("IMAP server", servers.Imap);

        await command.RequireSuccessAsync();
        Assert.Equal($"{ConnectServers.Exchange}/.default", await ConstantAsync("MICROSOFTAPP-Mail_SCOPE"));
    }

    [Fact]
    public async Task Another_server_by_its_address_and_mail_only_where_it_is_wanted()
    {
        await using var command = _world.Start("connect", "--paste");
        await command.AnswerAsync("Provider [", "GENERIC");
        await command.AnswerAsync("Address of the server", "http://login.example.com");
        await command.AskedAsync("It begins with https://.");
        await command.AnswerAsync("Address of the server", servers.Provider.BaseAddress.AbsoluteUri);
        await command.AnswerAsync("What for [", "both");
        await command.AnswerAsync("Label of the entry", "Office1");
        await command.ApplyAsync(ConnectServers.GenericId);
        await command.TypeAsync((await servers.Provider.ApproveAsync(await command.AddressAsync())).AbsoluteUri);
        await command.AnswerAsync("Mailbox to try", "-");

        await command.RequireSuccessAsync();
        Assert.Equal("openid,email,offline_access", await ConstantAsync("GENERIC-Office1_SCOPE"));
        Assert.NotNull((await _world.StoredAsync("GENERIC-Office1")).RefreshToken);
    }

    [Fact]
    public async Task GitHub_has_no_mailbox()
    {
        await using var command = _world.Start("connect", "--paste");
        await command.AnswerAsync("Provider [", "GITHUB");
        await command.AnswerAsync("What for [", "send");
        await command.AskedAsync("Choose one of these words.");
        await command.AnswerAsync("What for [", string.Empty);
        await command.AnswerAsync("Label of the entry [Api]: ", string.Empty);
        await command.ApplyAsync(ConnectServers.GitHubId);
        await command.TypeAsync((await servers.Provider.ApproveAsync(await command.AddressAsync())).AbsoluteUri);

        await command.RequireSuccessAsync();
        Assert.Equal("user,public_repo", await ConstantAsync("GITHUB-Api_SCOPE"));
    }

    [Fact]
    public async Task The_sign_in_needs_no_token_and_has_a_redirect_uri_of_its_own()
    {
        await using var command = _world.Start("connect");
        await command.AnswerAsync("Provider [", "GOOGLE");
        await command.AnswerAsync("What for [", "login");
        await command.AskedAsync("http://localhost/dolibarr/custom/oauthbridge/logincallback.php");
        await command.ApplyAsync(ConnectServers.GoogleId);

        var ended = await command.RequireSuccessAsync();
        Assert.Contains("$dolibarr_main_authentication='dolibarr,oauthbridge'", ended.Output, StringComparison.Ordinal);
        Assert.Equal("openid,email,profile", await ConstantAsync("GOOGLE-Login_SCOPE"));
        Assert.Null(await _world.Install.FindTokenRowAsync("GOOGLE-Login"));
    }

    private Task<string> ConstantAsync(string name) => _world.QueryAsync($"SELECT value FROM llx_const WHERE name = 'OAUTH_{name}'");
}
