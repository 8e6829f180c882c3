// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>How callers with wrong secrets are slowed down.</summary>
public sealed class WrongSecretsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task The_first_wrong_secrets_are_answered_at_once_and_later_ones_wait()
    {
        var secrets = Make();
        for (var number = 0; number < WrongSecrets.Free; number++)
        {
            Assert.True(Send(secrets).IsCompletedSuccessfully);
        }

        var slow = Send(secrets);
        Assert.False(slow.IsCompleted);
        _time.Advance(WrongSecrets.Longest);
        await slow;

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(Send(secrets).IsCompletedSuccessfully, "After a quiet minute the count begins anew.");
    }

    [Fact]
    public async Task A_caller_with_too_many_answers_waiting_gets_429_and_others_are_not_affected()
    {
        var secrets = Make();
        var waiting = Enumerable.Range(0, WrongSecrets.Free + WrongSecrets.MostWaiting).Select(_ => Send(secrets)).ToArray();

        var refused = await Assert.ThrowsAsync<BridgeException>(() => Send(secrets));
        Assert.Equal(ProblemCode.TooManyRequests, refused.Code);
        Assert.NotNull(refused.RetryAfter);
        Assert.True(Send(secrets, "uid 34").IsCompletedSuccessfully);

        _time.Advance(WrongSecrets.Longest);
        await Task.WhenAll(waiting);
    }

    private WrongSecrets Make() => new(_time, new RefusalLog(_time, NullLogger<RefusalLog>.Instance));

    private static Task Send(WrongSecrets secrets, string caller = "uid 33") =>
        secrets.SlowDownAsync(caller, "wrong", TestContext.Current.CancellationToken);
}
