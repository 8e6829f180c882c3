// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests;

/// <summary>What may be old, and for how long.</summary>
public sealed class ReadCacheTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private int _reads;

    [Fact]
    public async Task A_value_is_given_out_for_its_lifetime_and_no_longer()
    {
        var cache = new ReadCache<string, int>(Lifetime, _time);

        Assert.Equal(1, await GetAsync(cache));
        _time.Advance(Lifetime - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await GetAsync(cache));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, await GetAsync(cache));
    }

    [Fact]
    public async Task The_lifetime_counts_from_before_the_read()
    {
        var cache = new ReadCache<string, int>(Lifetime, _time);

        var slow = cache.GetAsync(
            "a",
            _ =>
            {
                _time.Advance(TimeSpan.FromSeconds(0.9));
                return ReadAsync();
            },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(1, await slow);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(2, await GetAsync(cache));
    }

    [Fact]
    public async Task Concurrent_readers_of_one_key_share_one_read()
    {
        var cache = new ReadCache<string, int>(Lifetime, _time);
        var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var readers = Enumerable
            .Range(0, 100)
            .Select(_ =>
                cache.GetAsync(
                    "a",
                    _ =>
                    {
                        Interlocked.Increment(ref _reads);
                        return source.Task;
                    },
                    TestContext.Current.CancellationToken
                )
            )
            .ToList();

        source.SetResult(7);

        Assert.All(await Task.WhenAll(readers), value => Assert.Equal(7, value));
        Assert.Equal(1, _reads);
    }

    [Fact]
    public async Task What_is_forgotten_is_read_again_even_while_a_read_is_under_way()
    {
        var cache = new ReadCache<string, int>(Lifetime, _time);
        var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var old = cache.GetAsync("a", _ => source.Task, TestContext.Current.CancellationToken);

        cache.Forget("a");
        var fresh = await GetAsync(cache);
        source.SetResult(-1);

        Assert.Equal(1, fresh);
        Assert.Equal(-1, await old);
        Assert.Equal(1, await GetAsync(cache));
    }

    [Fact]
    public async Task A_failure_reaches_everybody_who_waits_and_is_not_kept()
    {
        var cache = new ReadCache<string, int>(Lifetime, _time);
        var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = cache.GetAsync("a", _ => source.Task, TestContext.Current.CancellationToken);
        var second = cache.GetAsync("a", _ => source.Task, TestContext.Current.CancellationToken);

        source.SetException(new InvalidOperationException());

        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        Assert.Equal(1, await GetAsync(cache));
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_no_read()
    {
        var cache = new ReadCache<string, int>(Lifetime, _time);
        var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var leaving = new CancellationTokenSource();
        var left = cache.GetAsync("a", _ => source.Task, leaving.Token);
        var stays = cache.GetAsync("a", _ => source.Task, TestContext.Current.CancellationToken);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        source.SetResult(7);

        Assert.Equal(7, await stays);
    }

    [Fact]
    public async Task Zero_reads_every_time()
    {
        var cache = new ReadCache<string, int>(TimeSpan.Zero, _time);

        Assert.Equal(1, await GetAsync(cache));
        Assert.Equal(2, await GetAsync(cache));
    }

    private Task<int> GetAsync(ReadCache<string, int> cache) =>
        cache.GetAsync("a", _ => ReadAsync(), TestContext.Current.CancellationToken);

    private Task<int> ReadAsync() => Task.FromResult(++_reads);
}
