// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Text;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Flow;

/// <summary>A sign-in between its two requests: who may finish it, when, and how often.</summary>
public sealed class LoginFlowTests(SharedInstall shared)
{
    [Fact]
    public async Task A_sign_in_tells_who_it_is_and_leaves_no_token()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var identity = await world.CompleteAsync(world.Approve(await world.BeginAsync()));

        Assert.Equal((world.Authority.Issuer, "1001"), (identity.Issuer, identity.Subject));
        Assert.Equal($"identified 1001 at {world.Authority.Issuer}", await world.EventsAsync());
        Assert.Equal("granted", await world.StatusesAsync());
        Assert.Equal("0", await shared.ScalarAsync($"SELECT COUNT(*) FROM llx_oauth_token WHERE entity = {world.Company}"));
    }

    [Fact]
    public async Task What_is_remembered_lives_with_the_caller_who_cannot_read_it()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var start = await world.BeginAsync();
        world.Approve(start);

        Assert.Empty(await world.StatusesAsync() ?? string.Empty); // a stranger who only begins fills no table
        var readable = start.Continuation + Encoding.Latin1.GetString(Base64Url.DecodeFromChars(start.Continuation.Split(':')[1]));
        Assert.DoesNotContain(world.Authority.Requested("nonce"), readable, StringComparison.Ordinal);
        Assert.DoesNotContain("Generic", readable, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(start.State, readable, StringComparison.Ordinal);
        Assert.DoesNotContain(FlowWorld.Binding, readable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_sign_ins_pushes_nobody_out()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var victim = await world.BeginAsync();
        for (var stranger = 0; stranger < 1100; stranger++)
        {
            await world.BeginAsync(FlowWorld.Entry, $"the-binding-of-stranger-{stranger}");
        }

        Assert.Equal("1001", (await world.CompleteAsync(world.Approve(victim))).Subject);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bridge1:AAAA")]
    [InlineData("nonsense")]
    public async Task Without_its_continuation_nobody_finishes_a_sign_in(string? continuation)
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var response = world.Approve(await world.BeginAsync());
        var own = world.Continuation;
        world.Continuation = continuation;

        await StateInvalidAsync(() => world.CompleteAsync(response));
        Assert.Empty(world.Authority.Server.RequestsTo(OpenIdAuthority.TokenPath));
        world.Continuation = own;
        await world.CompleteAsync(response);
    }

    [Fact]
    public async Task A_continuation_that_was_changed_or_belongs_to_another_sign_in_is_refused()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var other = await world.BeginAsync();
        var response = world.Approve(await world.BeginAsync());
        var own = world.Continuation!;

        world.Continuation = other.Continuation;
        await StateInvalidAsync(() => world.CompleteAsync(response));
        world.Continuation = own[..^3] + (own[^3] == 'A' ? 'B' : 'A') + own[^2..];
        await StateInvalidAsync(() => world.CompleteAsync(response));
        Assert.Empty(world.Authority.Server.RequestsTo(OpenIdAuthority.TokenPath));
    }

    [Fact]
    public async Task A_person_who_cancels_is_told_so_and_not_of_a_fault()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var response = world.Approve(await world.BeginAsync());
        response.Remove("code");
        response["error"] = "access_denied";

        var refused = await Assert.ThrowsAsync<BridgeException>(() => world.CompleteAsync(response));
        Assert.Equal((ProblemCode.IdentityRejected, RejectionReason.Cancelled), (refused.Code, refused.Reason));
        Assert.Equal("sign_in_refused cancelled", await world.EventsAsync());
    }

    [Fact]
    public async Task A_state_is_good_once_even_for_twenty_at_the_same_time()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var response = world.Approve(await world.BeginAsync());
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(async _ => await Record.ExceptionAsync(() => world.CompleteAsync(response)))
        );

        Assert.Single(answers, answer => answer is null);
        Assert.All(answers.OfType<BridgeException>(), answer => Assert.Equal(ProblemCode.StateInvalid, answer.Code));
        Assert.Single(world.Authority.Server.RequestsTo(OpenIdAuthority.TokenPath));
    }

    [Fact]
    public async Task Another_browser_cannot_finish_it_and_spoils_nothing()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var response = world.Approve(await world.BeginAsync());

        await StateInvalidAsync(() => world.CompleteAsync(response, "the-binding-of-another-browser"));
        Assert.Empty(world.Authority.Server.RequestsTo(OpenIdAuthority.TokenPath));
        await world.CompleteAsync(response);
    }

    [Theory]
    [InlineData(600, false)]
    [InlineData(599, true)]
    public async Task Ten_minutes_are_enough_for_anybody(int seconds, bool isGood)
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var response = world.Approve(await world.BeginAsync());
        world.Clock.Advance(TimeSpan.FromSeconds(seconds));
        if (isGood)
        {
            await world.CompleteAsync(response);
        }
        else
        {
            await StateInvalidAsync(() => world.CompleteAsync(response));
        }
    }

    [Fact]
    public async Task A_refused_sign_in_cannot_be_tried_again()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var response = world.Approve(await world.BeginAsync());
        world.Authority.ChangeClaims = static claims => claims["nonce"] = "another";

        Assert.Equal(
            RejectionReason.NonceMismatch,
            (await Assert.ThrowsAsync<BridgeException>(() => world.CompleteAsync(response))).Reason
        );
        world.Authority.ChangeClaims = static _ => { };
        await StateInvalidAsync(() => world.CompleteAsync(response));
        Assert.Equal("sign_in_refused nonce_mismatch", await world.EventsAsync());
        Assert.Equal("denied", await world.StatusesAsync());
    }

    [Fact]
    public async Task Another_sidecar_finishes_what_one_began()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var response = world.Approve(await world.BeginAsync());

        Assert.Equal("1001", (await world.CompleteAsync(response, flow: world.NewBridge())).Subject);
    }

    [Fact]
    public async Task A_sign_in_belongs_to_its_company()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var response = world.Approve(await world.BeginAsync());

        await StateInvalidAsync(() => world.CompleteAsync(response, company: 1));
    }

    [Fact]
    public async Task Case_24_A_code_goes_to_no_other_provider_than_the_one_that_the_user_was_sent_to()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        await using var other = await OpenIdAuthority.StartAsync(world.Clock);
        var response = world.Approve(await world.BeginAsync());
        response["iss"] = other.Issuer;
        await world.SetEntryAsync(FlowWorld.Entry, other.Issuer);
        world.Clock.Advance(TimeSpan.FromSeconds(5));

        await StateInvalidAsync(() => world.CompleteAsync(response));
        Assert.Empty(other.Server.RequestsTo(OpenIdAuthority.TokenPath));
    }

    [Theory]
    [InlineData("GENERIC-Mail")]
    [InlineData("GENERIC")]
    [InlineData("GENERIC-Login2")]
    public async Task Nobody_signs_in_with_an_entry_of_another_label(string entry)
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        await world.SetEntryAsync(entry);

        Assert.Equal(
            ProblemCode.InvalidRequest,
            (await Assert.ThrowsAsync<BridgeException>(() => world.BeginAsync(entry, FlowWorld.Binding))).Code
        );
    }

    [Fact]
    public async Task The_settings_of_the_company_restrict_its_entries()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        await shared.Install.SetConstAsync("OAUTHBRIDGE_LOGIN_TENANTS", "tenant-1,tenant-2", world.Company);
        await shared.Install.SetConstAsync("OAUTHBRIDGE_LOGIN_HOSTED_DOMAIN", "example.com, example.org", world.Company);
        var entry = Assert.Single(await world.EntriesAsync());

        Assert.Equal(["tenant-1", "tenant-2"], entry.LoginTenants);
        Assert.Equal(["example.com", "example.org"], entry.LoginDomains);
    }

    [Fact]
    public async Task Every_sign_in_has_secrets_of_its_own()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var seen = new HashSet<string>();
        for (var count = 0; count < 5; count++)
        {
            var start = await world.BeginAsync();
            world.Approve(start);
            Assert.All([start.State, world.Authority.Requested("nonce"), world.Authority.Requested("code_challenge")], secret =>
            {
                Assert.Equal(43, secret.Length);
                Assert.True(seen.Add(secret));
            });
        }
    }

    [Fact]
    public async Task Without_a_provider_nobody_is_sent_away_and_later_it_works_again()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        world.Authority.Server.MapJson(OpenIdAuthority.DiscoveryPath, "{}", 503);
        Assert.Equal(ProblemCode.ProviderUnavailable, (await Assert.ThrowsAsync<BridgeException>(world.BeginAsync)).Code);

        world.Authority.Server.MapJson(OpenIdAuthority.DiscoveryPath, world.Authority.Metadata.ToJsonString());
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.BeginAsync();
    }

    private static async Task StateInvalidAsync(Func<Task> call) =>
        Assert.Equal(ProblemCode.StateInvalid, (await Assert.ThrowsAsync<BridgeException>(call)).Code);
}
