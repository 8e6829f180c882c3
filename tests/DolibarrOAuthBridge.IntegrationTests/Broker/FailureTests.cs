// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

public sealed class FailureTests(SharedServer shared)
{
    public static TheoryData<string> Unavailable => ["500", "503", "429", "timeout", "redirect", "truncated", "huge", "html", "malformed"];

    [Theory]
    [MemberData(nameof(Unavailable))]
    public async Task A_provider_that_does_not_answer_properly_costs_nothing_and_is_left_alone(string fault)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var row = await world.RawAsync();
        var elsewhere = 0;
        world.Authority.Server.Map("/elsewhere", _ =>
        {
            Interlocked.Increment(ref elsewhere);
            return Task.CompletedTask;
        });
        world.Authority.Always = Fault(fault);
        var host = world.Open(new BridgeOptions { ProviderDeadline = TimeSpan.FromMilliseconds(fault == "timeout" ? 300 : 15_000) });

        var failure = await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);
        await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);

        Assert.NotNull(failure.RetryAfter);
        Assert.Equal(row, await world.RawAsync());
        // Once more a second later, for those who wait; not where the refresh token may be spent.
        Assert.Equal(fault is "500" or "503" or "redirect" ? 2 : 1, world.Authority.Asked);
        Assert.Equal(0, elsewhere);
        Assert.Empty(world.JournalFiles);

        world.Authority.Always = null;
        world.Clock.Advance(failure.RetryAfter.Value + TimeSpan.FromSeconds(1));
        await host.TokenAsync();
        var memory = await host.MemoryAsync();
        Assert.Equal((0, null, null), (memory.FailureCount, memory.LastError, memory.NextTryAt));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_after_is_kept_even_by_whoever_insists(int status)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Next(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "120";
            return Task.CompletedTask;
        });
        var host = world.Open();

        Assert.Equal(120, (await host.TokenFailsAsync(ProblemCode.ProviderUnavailable)).RetryAfter!.Value.TotalSeconds, 1.0);
        world.Clock.Advance(TimeSpan.FromSeconds(110));
        await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);
        await BridgeHost.FailAsync(() => host.RefreshAsync(), ProblemCode.ProviderUnavailable);
        Assert.Equal(1, world.Authority.Asked);

        world.Clock.Advance(TimeSpan.FromSeconds(12));
        await host.TokenAsync();
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    public async Task Each_failure_in_a_row_doubles_the_wait_and_whoever_insists_skips_it(int status)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Always = Authority.Json(status, "{}");
        var host = world.Open();

        foreach (var least in (double[])[4, 8, 16])
        {
            var failure = await BridgeHost.FailAsync(() => host.RefreshAsync(), ProblemCode.ProviderUnavailable);
            Assert.InRange(failure.RetryAfter!.Value.TotalSeconds, least, least * 1.25);
        }

        Assert.Equal(4, world.Authority.Asked); // after the first failure once more, a second later
    }

    [Fact]
    public async Task One_failed_refresh_fails_no_caller_who_waits_or_comes_within_the_second()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        world.Authority.Next(Authority.Json(502, "no"));

        var first = Enumerable.Range(0, 10).Select(_ => host.TokenAsync()).ToList();
        await Eventually.HoldsAsync(async () => (await host.MemoryAsync()).FailureCount == 1, "the failure is known");
        var later = Enumerable.Range(0, 10).Select(_ => world.Open().TokenAsync()).ToList(); // other processes

        var tokens = await Task.WhenAll(first.Concat(later));
        Assert.All(tokens, token => Assert.Equal(world.Authority.LastAccessToken, token.Value));
        Assert.Equal(2, world.Authority.Asked);
    }

    [Fact]
    public async Task A_token_that_lives_is_served_whatever_the_provider_says()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromSeconds(30));
        var host = world.Open();
        foreach (
            var answer in (Func<HttpContext, Task>[])
                [Authority.Error("invalid_grant"), Authority.Error("invalid_client"), Authority.Json(500, "no")]
        )
        {
            world.Authority.Always = answer;
            Assert.Equal(token.AccessToken, (await host.TokenAsync()).Value);
        }

        Assert.Equal(token.RefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task A_wrong_secret_is_the_administrators_and_fixing_it_ends_the_wait()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SECRET", "canary-wrong");
        var host = world.Open();

        var failure = await host.TokenFailsAsync(ProblemCode.ProviderRejected);
        await host.TokenFailsAsync(ProblemCode.ProviderRejected);
        Assert.Contains("client id or secret", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, world.Authority.Asked);

        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SECRET", World.ClientSecret);
        world.Clock.Advance(TimeSpan.FromSeconds(3)); // settings are read again every two seconds
        await host.TokenAsync();
        Assert.Equal(0, (await host.MemoryAsync()).FailureCount);
    }

    [Fact]
    public async Task An_error_code_is_believed_and_its_description_is_not()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Always = Authority.Json(
            400,
            """{"error":"temporarily_unavailable","error_description":"AADSTS70008 invalid_grant"}"""
        );

        await world.Open().TokenFailsAsync(ProblemCode.ProviderUnavailable);
    }

    [Fact]
    public async Task A_grant_without_refresh_token_needs_consent()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantExpiredAsync();
        await world.Install.SetTokenAsync(World.Entry, token.WithRefreshToken(null));
        var host = world.Open();

        await host.TokenFailsAsync(ProblemCode.ConsentRequired);

        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task A_provider_that_refuses_to_revoke_leaves_the_row_unless_forced()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Server.Map(Authority.RevocationPath, Authority.Json(503, "{}"));
        var host = world.Open();
        var revoker = host.Get<Tokens.GrantRevoker>();

        await BridgeHost.FailAsync(() => revoker.RevokeAsync(World.Entry, 1, atProvider: true), ProblemCode.ProviderUnavailable);
        Assert.NotNull(await world.Install.FindTokenRowAsync(World.Entry));

        Assert.Equal(Tokens.RevocationOutcome.Failed, await revoker.RevokeAsync(World.Entry, 1, atProvider: true, force: true));
        Assert.Null(await world.Install.FindTokenRowAsync(World.Entry));
    }

    private static Func<HttpContext, Task> Fault(string fault) =>
        fault switch
        {
            "timeout" => Authority.HangAsync,
            "redirect" => context =>
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = "/elsewhere";
                return Task.CompletedTask;
            }
            ,
            "truncated" => async context =>
            {
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync("""{"access_token":"at-canary-cut""");
                await context.Response.Body.FlushAsync();
                context.Abort();
            }
            ,
            "huge" => Authority.Json(200, $$"""{"access_token":"{{new string('a', 2 * 1024 * 1024)}}"}"""),
            "html" => async context =>
            {
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html>Please sign in</html>");
            }
            ,
            "malformed" => Authority.Json(200, """{"access_token":["a"],"access_token":7}"""),
            _ => Authority.Json(int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), "no"),
        };
}
