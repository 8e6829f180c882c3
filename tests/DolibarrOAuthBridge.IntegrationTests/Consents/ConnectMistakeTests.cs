// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary><c>connect</c> where people err, change their minds, or have begun before.</summary>
public sealed class ConnectMistakeTests(SharedServer shared, ConnectServers servers) : IClassFixture<ConnectServers>, IAsyncLifetime
{
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await servers.CreateEmptyAsync(shared);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task What_people_enter_in_the_wrong_place_is_said_at_once()
    {
        await using var google = _world.Start("connect");
        await google.AnswerAsync("Provider [", "Gogle");
        await google.AskedAsync("Choose one of these words.");
        await google.AnswerAsync("Provider [", string.Empty);
        await google.AnswerAsync("What for [", string.Empty);
        await google.AnswerAsync("Label of the entry", "my mail");
        await google.AskedAsync("Letters and digits only");
        await google.AnswerAsync("Label of the entry", "Login");
        await google.AskedAsync("for signing people in");
        await google.AnswerAsync("Label of the entry", "Mail");
        await google.AnswerAsync("Client ID: ", "1234-mail");
        await google.AskedAsync("ends in .apps.googleusercontent.com");
        google.EndInput();
        Assert.Equal(2, (await google.EndAsync()).ExitCode);

        await using var microsoft = _world.Start("connect");
        await microsoft.ChooseAsync("MICROSOFT", string.Empty);
        await microsoft.AnswerAsync("Tenant", "https://login.microsoftonline.com/contoso.example");
        await microsoft.AskedAsync("not a URL");
        await microsoft.AnswerAsync("Tenant", "contoso.example");
        await microsoft.AnswerAsync("Client ID: ", "my application");
        await microsoft.AskedAsync("no spaces");
        await microsoft.AnswerAsync("Client ID: ", "contoso-app");
        await microsoft.AskedAsync("a GUID");
        await microsoft.AnswerAsync("Client ID: ", ConnectServers.MicrosoftId);
        await microsoft.AnswerAsync("Client secret: ", Guid.NewGuid().ToString());
        await microsoft.AskedAsync("This is the ID of the secret.");
        await microsoft.AnswerAsync("Client secret: ", "canary with spaces");
        await microsoft.AskedAsync("no spaces");
        microsoft.EndInput();
        var ended = await microsoft.EndAsync();
        Assert.Equal((2, true), (ended.ExitCode, ended.Error.Contains("The input ended", StringComparison.Ordinal)));
        Assert.Equal("0", await _world.QueryAsync("SELECT COUNT(*) FROM llx_const WHERE name LIKE 'OAUTH%-%'"));
    }

    [Fact]
    public async Task An_entry_that_exists_is_used_or_replaced_as_the_person_says()
    {
        await _world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_ID", ConnectServers.GoogleId);
        await _world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SECRET", "canary-wrong-secret");
        await _world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SCOPE", "openid,gmail_full");

        await using var wrong = _world.Start("connect", "--paste");
        await wrong.ChooseAsync("GOOGLE", string.Empty, "mail");
        await wrong.AnswerAsync("What to do with it [use]: ", string.Empty);
        await wrong.TypeAsync((await servers.Provider.ApproveAsync(await wrong.AddressAsync())).AbsoluteUri);
        var refused = await wrong.EndAsync();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("run connect again to go on, or to replace its settings", refused.Error, StringComparison.Ordinal);

        await using var replaced = _world.Start("connect", "--paste");
        await replaced.ChooseAsync("GOOGLE", string.Empty);
        await replaced.AnswerAsync("What to do with it [", "replace");
        await replaced.AnswerAsync($"Client ID [{ConnectServers.GoogleId}]: ", string.Empty);
        await replaced.AnswerAsync("Client secret: ", ConnectServers.Secret);
        await replaced.AnswerAsync("[openid,gmail_full]: ", "openid,email,gmail_full");
        await replaced.TypeAsync((await servers.Provider.ApproveAsync(await replaced.AddressAsync())).AbsoluteUri);
        await replaced.AnswerAsync("Mailbox to try", "-");
        await replaced.RequireSuccessAsync();
        Assert.Equal("3", await _world.QueryAsync("SELECT COUNT(*) FROM llx_const WHERE name LIKE 'OAUTH%-%'"));
    }

    [Fact]
    public async Task An_entry_with_another_server_than_the_person_names_is_not_used_unless_she_says_so()
    {
        await _world.Install.SetConstAsync("OAUTH_GENERIC-Mail_ID", ConnectServers.GenericId);
        await _world.Install.SetConstAsync("OAUTH_GENERIC-Mail_SECRET", ConnectServers.Secret);
        await _world.Install.SetConstAsync("OAUTH_GENERIC-Mail_URL", "https://evil.example/\u001b[2J");

        await using var command = _world.Start("connect", "--paste");
        await command.AnswerAsync("Provider [", "GENERIC");
        await command.AnswerAsync("Address of the server", servers.Provider.BaseAddress.AbsoluteUri);
        await command.AnswerAsync("What for [", "both");
        await command.AnswerAsync("Label of the entry", string.Empty);
        await command.AskedAsync("another server than");
        await command.AnswerAsync("What to do with it [replace]: ", string.Empty);
        await command.AnswerAsync("Client ID [", string.Empty);
        await command.AnswerAsync("Client secret: ", ConnectServers.Secret);
        await command.AnswerAsync("Scopes", string.Empty);
        await command.AskedAsync("is written.");
        command.EndInput();

        Assert.DoesNotContain('\u001b', (await command.EndAsync()).Output);
        Assert.Equal(servers.Provider.BaseAddress.AbsoluteUri, await ConstantAsync("GENERIC-Mail_URL"));
    }

    [Fact]
    public async Task An_entry_that_Dolibarrs_page_has_only_begun_is_completed()
    {
        await _world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_ID", "To complete");

        await using var command = _world.Start("connect", "--paste");
        await command.ChooseAsync("GOOGLE", string.Empty);
        await command.AskedAsync("GOOGLE-Mail exists, but has no client_secret");
        await command.ApplyAsync(ConnectServers.GoogleId);
        await command.TypeAsync((await servers.Provider.ApproveAsync(await command.AddressAsync())).AbsoluteUri);
        await command.AnswerAsync("Mailbox to try", "-");

        await command.RequireSuccessAsync();
        Assert.Equal(ConnectServers.GoogleId, await ConstantAsync("GOOGLE-Mail_ID"));
    }

    [Fact]
    public async Task At_a_terminal_the_secret_is_not_shown_and_ctrl_c_ends_every_question()
    {
        foreach (var last in new[] { "Provider [", "Client ID: ", "Client secret: ", "Waiting for the address" })
        {
            await using var command = Terminal.Start(_world, "connect", "--paste");
            (string Question, string Answer)[] answers =
            [
                ("Provider [", "GOOGLE"),
                ("What for [", string.Empty),
                ("Label of the entry", string.Empty),
                ("Client ID: ", ConnectServers.GoogleId),
                ("Client secret: ", ConnectServers.Secret),
                ("Scopes", string.Empty),
            ];
            foreach (var (question, answer) in answers.TakeWhile(one => one.Question != last))
            {
                await command.AnswerAsync(question, answer);
            }

            await command.AskedAsync(last);
            await command.TypeControlCAsync();

            var ended = await command.EndAsync();
            Assert.Equal(1, ended.ExitCode);
            Assert.Contains(
                last == "Waiting for the address" ? "Given up. GOOGLE-Mail is in Dolibarr" : "Given up. Nothing was written.",
                ended.Output,
                StringComparison.Ordinal
            );
            Assert.DoesNotContain(ConnectServers.Secret, ended.Output, StringComparison.Ordinal);
        }

        Assert.Equal("denied", await _world.QueryAsync("SELECT status FROM llx_oauthbridge_consent"));
        await using var resumed = Terminal.Start(_world, "connect", "--paste");
        await resumed.ChooseAsync("GOOGLE", string.Empty);
        await resumed.AnswerAsync("What to do with it [", string.Empty);
        await resumed.TypeAsync((await servers.Provider.ApproveAsync(await resumed.AddressAsync())).AbsoluteUri);
        await resumed.AnswerAsync("Mailbox to try", "-");
        await resumed.RequireSuccessAsync();
    }

    [Fact]
    public async Task Scripts_are_sent_elsewhere()
    {
        var json = await _world.RunAsync("connect", "--json");
        var both = await _world.RunAsync("connect", "--device", "--paste");

        Assert.Equal((2, 2), (json.ExitCode, both.ExitCode));
        Assert.Contains("consent --json", json.Error, StringComparison.Ordinal);
    }

    private Task<string> ConstantAsync(string name) => _world.QueryAsync($"SELECT value FROM llx_const WHERE name = 'OAUTH_{name}'");
}
