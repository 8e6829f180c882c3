// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>Answers that do not belong to the consent they claim to. None of them makes a token request or changes a row.</summary>
public sealed class CodeAttackTests(SharedServer shared)
{
    [Fact]
    public async Task An_answer_from_another_session_is_refused_and_the_right_browser_can_still_finish()
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync();
        var arrived = await test.Provider.ApproveAsync(new Uri(started.AuthorizationUrl!));

        foreach (
            var other in new[]
            {
                "another session",
                Consenting.Binding + " ",
                Consenting.Binding.ToUpperInvariant(),
                Consenting.Binding[..^1],
            }
        )
        {
            await test.RefusesAsync(Consenting.Answer(arrived, other), ProblemCode.StateInvalid);
        }

        Assert.Equal("valid", (await test.Host.FinishAsync(Consenting.Answer(arrived))).Token.Status);
    }

    [Theory]
    [InlineData(-2, true)]
    [InlineData(1, false)]
    public async Task An_answer_is_good_for_ten_minutes(int secondsAfter, bool isTaken)
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync();
        var answer = Consenting.Answer(await test.Provider.ApproveAsync(new Uri(started.AuthorizationUrl!)));
        test.World.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(secondsAfter));

        if (isTaken)
        {
            Assert.Equal(World.Entry, (await test.Host.FinishAsync(answer)).Entry);
        }
        else
        {
            var refusal = await test.RefusesAsync(answer, ProblemCode.StateInvalid);
            Assert.Contains("over", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(ConsentStatus.Expired, (await test.Host.Get<ConsentService>().GetAsync(started.ConsentId!, 1)).Status);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("1")]
    [InlineData(null)]
    [InlineData("https://elsewhere.example/")]
    [InlineData("case")]
    public async Task An_answer_of_another_issuer_or_of_none_ends_the_consent(string? change)
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync();
        var arrived = Consenting.Answer(await test.Provider.ApproveAsync(new Uri(started.AuthorizationUrl!)));
        var issuer = change switch
        {
            null => null,
            "case" => arrived.Issuer!.Replace("http", "HTTP", StringComparison.Ordinal),
            { Length: 1 } => arrived.Issuer + change,
            _ => change,
        };

        await test.RefusesAsync(Consenting.Answer(started, arrived.Code, issuer), ProblemCode.StateInvalid);

        await test.RefusesAsync(arrived, ProblemCode.StateInvalid); // whoever it was, the person starts again
        Assert.Equal(ConsentStatus.Denied, (await test.Host.Get<ConsentService>().GetAsync(started.ConsentId!, 1)).Status);
    }

    [Fact]
    public async Task An_error_comes_before_a_code()
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync();
        var arrived = Consenting.Answer(await test.Provider.ApproveAsync(new Uri(started.AuthorizationUrl!)));

        var refusal = await test.RefusesAsync(
            Consenting.Answer(started, arrived.Code, arrived.Issuer, error: "server_error"),
            ProblemCode.ProviderRejected
        );

        Assert.Contains("server_error", refusal.Message, StringComparison.Ordinal);
        await test.RefusesAsync(arrived, ProblemCode.StateInvalid);
    }

    [Fact]
    public async Task An_error_of_another_issuer_does_not_count_as_the_providers_word()
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync();

        await test.RefusesAsync(
            Consenting.Answer(started, null, "https://elsewhere.example/", error: "access_denied"),
            ProblemCode.StateInvalid
        );
    }

    [Fact]
    public async Task A_state_that_the_provider_never_saw_is_refused()
    {
        await using var test = await StartAsync();
        await test.Host.BeginAsync();

        await test.RefusesAsync(
            new AuthorizationResponse
            {
                State = new string('x', 43),
                Code = "canary-code",
                SessionBinding = Consenting.Binding,
            },
            ProblemCode.StateInvalid
        );
    }

    [Fact]
    public async Task A_state_of_a_sign_in_is_no_state_of_a_consent()
    {
        await using var test = await StartAsync();
        var table = test.Host.Get<ConsentTable>();
        await table.AddAsync(
            new ConsentRequest(ConsentFlows.Login, new(World.Service, 1), "a login state", TimeSpan.FromMinutes(10)),
            new ConsentTestData("x"),
            ConsentTestJson.Default.ConsentTestData
        );

        await test.RefusesAsync(
            new AuthorizationResponse
            {
                State = "a login state",
                Code = "canary-code",
                SessionBinding = Consenting.Binding,
            },
            ProblemCode.StateInvalid
        );
    }

    [Fact]
    public async Task The_same_state_with_another_code_is_refused_after_the_first()
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync();
        var arrived = Consenting.Answer(await test.Provider.ApproveAsync(new Uri(started.AuthorizationUrl!)));
        await test.Host.FinishAsync(arrived);
        var stored = await test.World.RawAsync();

        var refusal = await BridgeHost.FailAsync(
            () => test.Host.FinishAsync(Consenting.Answer(started, "canary-other-code", arrived.Issuer)),
            ProblemCode.StateInvalid
        );

        Assert.Contains("another code", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((1, stored), (test.Provider.Requests.TokenRequestCount, await test.World.RawAsync()));
    }

    [Fact]
    public async Task A_code_of_another_consent_fails_at_the_provider_for_lack_of_its_verifier()
    {
        await using var test = await StartAsync();
        var victim = await test.Host.BeginAsync();
        var attacker = await test.Host.BeginAsync();
        var stolen = Consenting.Answer(await test.Provider.ApproveAsync(new Uri(attacker.AuthorizationUrl!), "mallory@example.com"));
        var before = await test.RowsAsync();

        var refusal = await BridgeHost.FailAsync(
            () => test.Host.FinishAsync(Consenting.Answer(victim, stolen.Code, stolen.Issuer)),
            ProblemCode.ProviderRejected
        );

        Assert.Contains("invalid_grant", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await test.RowsAsync());
        Assert.Equal(ConsentStatus.Denied, (await test.Host.Get<ConsentService>().GetAsync(victim.ConsentId!, 1)).Status);
    }

    [Fact]
    public async Task Settings_that_changed_since_the_beginning_end_the_consent()
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync();
        var arrived = Consenting.Answer(await test.Provider.ApproveAsync(new Uri(started.AuthorizationUrl!)));
        await test.World.Install.SetConstAsync("OAUTH_GOOGLE-Mail_ID", "another-client");

        var other = test.World.Open();
        var before = await test.RowsAsync();
        await BridgeHost.FailAsync(() => other.FinishAsync(arrived), ProblemCode.StateInvalid);

        Assert.Equal((0, before), (test.Provider.Requests.TokenRequestCount, await test.RowsAsync()));
    }

    [Fact]
    public async Task What_keeps_the_row_from_being_written_costs_no_code_and_the_same_answer_works_afterwards()
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync();
        var arrived = Consenting.Answer(await test.Provider.ApproveAsync(new Uri(started.AuthorizationUrl!)));
        await test.World.ExecuteAsync(
            "INSERT INTO llx_oauth_token (service, token, entity) SELECT service, token, entity FROM "
                + "llx_oauth_token WHERE service = 'Google-Mail'"
        );

        await test.RefusesAsync(arrived, ProblemCode.TokenDuplicate);

        await test.World.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail' ORDER BY rowid DESC LIMIT 1");
        Assert.Equal("valid", (await test.Host.FinishAsync(arrived)).Token.Status);
    }

    private async Task<Attack> StartAsync()
    {
        var provider = await Consenting.ProviderAsync();
        var world = await World.CreateAsync(shared.Server);
        world.Settings = Consenting.Settings(provider);
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SCOPE", "gmail_full");
        return new Attack(world, provider, world.Open());
    }

    private sealed record Attack(World World, StandInProvider Provider, BridgeHost Host) : IAsyncDisposable
    {
        public Task<string> RowsAsync() => World.QueryAsync("SELECT * FROM llx_oauth_token");

        /// <summary>The answer is refused, without a token request and without a change of any row.</summary>
        public async Task<BridgeException> RefusesAsync(AuthorizationResponse answer, string code)
        {
            var before = await RowsAsync();
            var refusal = await BridgeHost.FailAsync(() => Host.FinishAsync(answer), code);
            Assert.Equal((0, before), (Provider.Requests.TokenRequestCount, await RowsAsync()));
            return refusal;
        }

        public async ValueTask DisposeAsync()
        {
            await World.DisposeAsync();
            await Provider.DisposeAsync();
        }
    }
}
