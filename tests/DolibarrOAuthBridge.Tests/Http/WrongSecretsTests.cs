// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Http.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>How callers with wrong secrets are slowed down.</summary>
public sealed class WrongSecretsTests
{
    private const string Table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:223D 00000000:0000 0A 00000000:00000000 00:00000000 00000000   995        0 1 1 0 100 0 0 10 0
           1: 0100007F:223D 0100007F:B6A2 01 00000000:00000000 00:00000000 00000000   995        0 2 1 0 20 4 30 10 -1
           2: 0100007F:B6A2 0100007F:223D 01 00000000:00000000 00:00000000 00000000    33        0 3 1 0 20 4 30 10 -1
           3: 0100007F:B6A2 0100007F:0050 01 00000000:00000000 00:00000000 00000000  1000        0 4 1 0 20 4 30 10 -1
        """;

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_caller_over_tcp_is_the_owner_of_the_other_end()
    {
        Assert.Equal(33u, PeerName.Find(Table, 0xB6A2, 0x223D));
        Assert.Null(PeerName.Find(Table, 0xB6A3, 0x223D));
        Assert.Null(PeerName.Find(string.Empty, 0xB6A2, 0x223D));
    }

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
        Assert.Throws<BridgeException>(() => secrets.RequirePatience(Request("127.0.0.1")));
        secrets.RequirePatience(Request("127.0.0.2"));
        Assert.True(secrets.SlowDownAsync(Request("127.0.0.2"), "wrong", TestContext.Current.CancellationToken).IsCompletedSuccessfully);

        _time.Advance(WrongSecrets.Longest);
        await Task.WhenAll(waiting);
        secrets.RequirePatience(Request("127.0.0.1"));
    }

    private WrongSecrets Make() => new(_time, new RefusalLog(_time, NullLogger<RefusalLog>.Instance));

    private static Task Send(WrongSecrets secrets) =>
        secrets.SlowDownAsync(Request("127.0.0.1"), "wrong", TestContext.Current.CancellationToken);

    // Ports of no connection: the address counts.
    private static DefaultHttpContext Request(string address) =>
        new()
        {
            Connection =
            {
                RemoteIpAddress = IPAddress.Parse(address),
                RemotePort = 0,
                LocalPort = 0,
            },
        };
}
