// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary><c>consent ENTRY</c> as a person uses it, at a real provider.</summary>
public sealed class ConsentCommandTests(SharedServer shared)
{
    private const string Entry = "MICROSOFT-Office2";
    private const string Scope = "https://outlook.office365.com/SMTP.Send";
    private const string Registered = "http://localhost/dolibarr/custom/oauthbridge/callback.php";

    private static readonly HttpClient Browser = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = Eventually.Limit,
    };

    [Fact]
    public async Task The_answer_arrives_at_a_loopback_address()
    {
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider);
        await using var command = world.Start("consent", Entry);

        var redirect = await provider.ApproveAsync(await AddressAsync(command), "grace@example.com");
        Assert.Matches("^http://127.0.0.1:[0-9]+/callback$", redirect.GetLeftPart(UriPartial.Path));
        using var page = await Browser.GetAsync(redirect);

        Assert.Contains("Consent was given", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", page.Headers.GetValues("Content-Security-Policy").Single());
        var ended = await command.EndAsync();
        Assert.Equal((0, string.Empty), (ended.ExitCode, ended.Error.Trim()));
        Assert.Contains($"{Entry} has a new token, granted by grace@example.com.", ended.Output, StringComparison.Ordinal);
        var stored = await world.StoredAsync(Entry);
        Assert.NotNull(stored.RefreshToken);
        Assert.DoesNotContain(stored.AccessToken!, ended.Output, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => Browser.GetAsync(redirect));
    }

    [Fact]
    public async Task Whoever_else_comes_to_the_address_spoils_nothing()
    {
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider);
        await using var command = world.Start("consent", Entry);
        var redirect = await provider.ApproveAsync(await AddressAsync(command));
        var address = redirect.GetLeftPart(UriPartial.Path);

        Assert.Equal(HttpStatusCode.NotFound, (await Browser.GetAsync(new Uri(redirect, "/favicon.ico"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await Browser.GetAsync(new Uri(redirect.AbsoluteUri.Replace("/callback", "/callback/", StringComparison.Ordinal)))).StatusCode
        );
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await Browser.PostAsync(redirect, null)).StatusCode);
        Assert.Equal(404, await RawHttp.StatusAsync(redirect, RawHttp.Get(redirect.PathAndQuery, "Host: evil.example")));
        Assert.Contains("no state", await Browser.GetStringAsync(new Uri(address)), StringComparison.Ordinal);
        Assert.Contains(
            "belongs to no consent",
            await Browser.GetStringAsync(new Uri($"{address}?state=guess&code=c")),
            StringComparison.Ordinal
        );
        Assert.Contains("more than once", await Browser.GetStringAsync(new Uri($"{redirect}&state=again")), StringComparison.Ordinal);
        var tokenRequests = provider.Requests.TokenRequestCount;

        Assert.Contains("Consent was given", await Browser.GetStringAsync(redirect), StringComparison.Ordinal);
        Assert.Equal((0, 0, 1), (tokenRequests, (await command.EndAsync()).ExitCode, provider.Requests.TokenRequestCount));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_address_can_be_pasted(bool registered)
    {
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider);
        await using var command = registered ? world.Start("consent", Entry, "--paste") : world.Start("consent", Entry);
        var authorization = await AddressAsync(command);

        await command.TypeAsync(authorization.AbsoluteUri); // the wrong one of the two
        var redirect = await provider.ApproveAsync(authorization);
        Assert.Equal(registered, redirect.AbsoluteUri.StartsWith(Registered, StringComparison.Ordinal));
        await command.TypeAsync($"  \"{redirect}\"");

        var ended = await command.EndAsync();
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("Still waiting.", ended.Output, StringComparison.Ordinal);
        Assert.Contains("has a new token", ended.Output, StringComparison.Ordinal);
        Assert.NotNull((await world.StoredAsync(Entry)).RefreshToken);
    }

    [Fact]
    public async Task Scripts_get_a_line_of_json_at_the_beginning_and_one_at_the_end()
    {
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider);
        await using var command = world.Start("consent", Entry, "--json", "--redirect-uri", "http://127.0.0.1:0/elsewhere");

        var begun = JsonDocument.Parse(await command.LineAsync("{")).RootElement;
        var redirect = await provider.ApproveAsync(new Uri(begun.GetProperty("authorization_url").GetString()!));
        Assert.Equal("/elsewhere", redirect.AbsolutePath);
        await Browser.GetStringAsync(redirect);

        var ended = await command.EndAsync();
        var lines = ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((0, 2), (ended.ExitCode, lines.Length));
        var result = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal(
            (Entry, "valid"),
            (result.GetProperty("entry").GetString(), result.GetProperty("token").GetProperty("status").GetString())
        );
    }

    [Fact]
    public async Task Ctrl_C_leaves_nothing_behind()
    {
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider);
        foreach (var flow in new[] { Array.Empty<string>(), ["--paste"], ["--device"] })
        {
            await using var command = world.Start(["consent", Entry, .. flow]);
            await command.LineAsync("Waiting for");

            command.Interrupt();

            var ended = await command.EndAsync();
            Assert.Equal(1, ended.ExitCode);
            Assert.Contains("Given up.", ended.Output, StringComparison.Ordinal);
        }

        Assert.Equal("denied\ndenied\ndenied", await world.QueryAsync("SELECT status FROM llx_oauthbridge_consent"));
        Assert.Null(await world.Install.FindTokenRowAsync(Entry));
    }

    [Fact]
    public async Task A_no_is_told_on_a_page_that_runs_nothing()
    {
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider);
        await using var command = world.Start("consent", Entry);
        var denied = await provider.DenyAsync(await AddressAsync(command));

        var query = QueryHelpers.ParseQuery(denied.Query).ToDictionary(pair => pair.Key, pair => pair.Value[0]);
        query["error_description"] = "<script>alert(1)</script>";
        var page = await Browser.GetStringAsync(new Uri(QueryHelpers.AddQueryString(denied.GetLeftPart(UriPartial.Path), query)));

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("Consent was not given", page, StringComparison.Ordinal);
        var ended = await command.EndAsync();
        Assert.Equal(1, ended.ExitCode);
        Assert.StartsWith("provider_rejected: ", ended.Error, StringComparison.Ordinal);
        Assert.Equal(0, provider.Requests.TokenRequestCount);
        Assert.Null(await world.Install.FindTokenRowAsync(Entry));
    }

    [Fact]
    public async Task A_code_typed_elsewhere_ends_the_device_dialog()
    {
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider);
        await using var command = world.Start("consent", Entry, "--device");

        await command.LineAsync("2. Type this code there:");
        var code = (await command.LineAsync("Or open the address with the code in it:")).Split("user_code=")[1];
        await provider.AnswerDeviceAsync(Uri.UnescapeDataString(code), subject: "ada@example.com");

        var ended = await command.EndAsync();
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains($"{Entry} has a new token", ended.Output, StringComparison.Ordinal);
        Assert.NotNull((await world.StoredAsync(Entry)).RefreshToken);
    }

    [Theory]
    [InlineData("--client-credentials")]
    [InlineData(null)]
    public async Task An_application_in_its_own_name_needs_nobody(string? option)
    {
        const string App = "MICROSOFTAPP-Mail";
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider, App);

        var ended = await world.RunAsync(["consent", App, .. option is null ? Array.Empty<string>() : [option]]);

        Assert.Equal((0, string.Empty), (ended.ExitCode, ended.Error));
        Assert.Contains($"{App} has a new token.", ended.Output, StringComparison.Ordinal);
        Assert.Null((await world.StoredAsync(App)).RefreshToken);
        Assert.Equal(
            "1",
            await world.QueryAsync("SELECT COUNT(*) FROM llx_oauth_token WHERE service = 'Microsoftapp-Mail' AND entity = 1")
        );
        Assert.Equal(0, (await world.RunAsync("refresh", App)).ExitCode);

        await world.Install.SetConstAsync($"OAUTH_{App}_SECRET", "wrong");
        var row = await world.RawAsync(App);
        var refused = await world.RunAsync("consent", App);
        Assert.Equal((1, row), (refused.ExitCode, await world.RawAsync(App)));
        Assert.StartsWith("provider_rejected: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("invalid_client", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_account_than_before_needs_an_option()
    {
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider);
        Assert.Equal(0, (await ConsentAsync("ada@example.com")).ExitCode);
        var row = await world.RawAsync(Entry);

        var refused = await ConsentAsync("grace@example.com");
        Assert.Equal((1, row), (refused.ExitCode, await world.RawAsync(Entry)));
        Assert.StartsWith("account_changed: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--confirm-account-change", refused.Error, StringComparison.Ordinal);

        var meant = await ConsentAsync("grace@example.com", "--confirm-account-change");
        Assert.Equal(0, meant.ExitCode);
        Assert.Contains("! account_changed", meant.Output, StringComparison.Ordinal);

        async Task<CommandResult> ConsentAsync(string account, params string[] options)
        {
            await using var command = world.Start(["consent", Entry, "--paste", .. options]);
            await command.TypeAsync((await provider.ApproveAsync(await AddressAsync(command), account)).AbsoluteUri);
            return await command.EndAsync();
        }
    }

    [Fact]
    public async Task Wrong_use_and_an_input_that_ends_are_told()
    {
        await using var provider = await StartAsync();
        await using var world = await CreateAsync(provider);

        Assert.Equal(2, (await world.RunAsync("consent", Entry, "--device", "--paste")).ExitCode);
        var elsewhere = await world.RunAsync("consent", Entry, "--redirect-uri", "https://evil.example/callback");
        Assert.Equal(2, elsewhere.ExitCode);
        Assert.Contains("--paste", elsewhere.Error, StringComparison.Ordinal);
        Assert.StartsWith(
            "invalid_request: ",
            (await world.RunAsync("consent", Entry, "--client-credentials")).Error,
            StringComparison.Ordinal
        );

        await using var command = world.Start("consent", Entry, "--paste");
        await command.LineAsync("Waiting for");
        command.EndInput();
        var ended = await command.EndAsync();
        Assert.Equal(1, ended.ExitCode);
        Assert.StartsWith("invalid_request: The input ended", ended.Error, StringComparison.Ordinal);
    }

    private static async Task<Uri> AddressAsync(RunningCommand command) => new(await command.LineAsync("http://127.0.0.1"));

    private static Task<StandInProvider> StartAsync() =>
        StandInProvider.StartAsync(
            new StandInProviderOptions
            {
                Clients =
                [
                    new StandInClient
                    {
                        ClientId = World.ClientId,
                        ClientSecret = World.ClientSecret,
                        Scopes = ["email", Scope, "https://outlook.office365.com/.default"],
                        IsNative = true,
                        RedirectUris = [new Uri("http://127.0.0.1/callback"), new Uri("http://127.0.0.1/elsewhere"), new Uri(Registered)],
                    },
                ],
            }
        );

    private async Task<World> CreateAsync(StandInProvider provider, string entry = Entry)
    {
        var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?>
        {
            ["Providers:Microsoft:AuthorizationEndpoint"] = provider.Endpoint("oauth/authorize").AbsoluteUri,
            ["Providers:Microsoft:TokenEndpoint"] = provider.Endpoint("oauth/token").AbsoluteUri,
            ["Providers:Microsoft:DeviceAuthorizationEndpoint"] = provider.Endpoint("oauth/device").AbsoluteUri,
            ["Providers:MicrosoftApp:TokenEndpoint"] = provider.Endpoint("oauth/token").AbsoluteUri,
        };
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{entry}_TENANT", "contoso.example");
        await world.Install.SetConstAsync($"OAUTH_{entry}_SCOPE", entry == Entry ? $"openid,email,{Scope}" : string.Empty);
        return world;
    }
}
