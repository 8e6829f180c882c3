// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Tokens;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Tokens;

public sealed class SeenPairsTests : IDisposable
{
    private const int Most = 4;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly string _directory = Directory.CreateTempSubdirectory("seen").FullName;

    [Fact]
    public void A_flood_forgets_nothing_that_was_seen_lately_and_is_told()
    {
        var pairs = Open(TimeSpan.FromDays(180));
        pairs.Add(Hash(0), Hash(100));
        _time.Advance(TimeSpan.FromDays(100));

        for (var i = 1; i <= 2 * Most; i++)
        {
            pairs.Add(Hash(i), Hash(100));
        }

        Assert.True(pairs.Knows(Hash(0), Hash(100)));
        Assert.False(pairs.Knows(Hash(2 * Most)));
        Assert.True(pairs.IsIncomplete);
    }

    [Fact]
    public void What_was_not_seen_for_long_makes_room_and_what_was_seen_again_stays()
    {
        var pairs = Open(TimeSpan.FromDays(180));
        pairs.Add(Hash(0), Hash(100));
        pairs.Add(Hash(1), Hash(100));
        _time.Advance(TimeSpan.FromDays(90));
        pairs.Add(Hash(0), Hash(100));
        _time.Advance(TimeSpan.FromDays(91));
        pairs = Open(TimeSpan.FromDays(180)); // as after a restart

        for (var i = 2; i <= Most; i++)
        {
            pairs.Add(Hash(i), Hash(100));
        }

        Assert.False(pairs.Knows(Hash(1)));
        Assert.All(Enumerable.Range(0, Most + 1).Except([1]), i => Assert.True(pairs.Knows(Hash(i), Hash(100))));
        Assert.False(pairs.IsIncomplete);
    }

    [Fact]
    public void Of_passing_things_the_oldest_are_forgotten_and_the_file_stays_small()
    {
        var pairs = Open(TimeSpan.Zero);

        for (var i = 0; i < 20 * Most; i++)
        {
            pairs.Add(Hash(i), Hash(100));
        }

        Assert.False(pairs.Knows(Hash(15 * Most)));
        Assert.True(Open(TimeSpan.Zero).Knows(Hash((20 * Most) - 1)));
        Assert.InRange(File.ReadLines(FilePath).Count(), Most, (2 * Most) + 1);
    }

    [Fact]
    public async Task Two_processes_lose_no_line_of_each_other()
    {
        const int Each = 50;
        await Task.WhenAll(
            new[] { 0, Each }.Select(first =>
                Task.Run(() =>
                {
                    var pairs = new SeenPairs(Options, "seen", 1000, TimeSpan.MaxValue, _time);
                    for (var i = first; i < first + Each; i++)
                    {
                        pairs.Add(Hash(i), Hash(100));
                    }
                })
            )
        );

        Assert.Equal(2 * Each, File.ReadLines(FilePath).Distinct().Count());
        Assert.All(File.ReadLines(FilePath), line => Assert.Matches("^[0-9a-f]{32} [0-9a-f]{32} [0-9]+$", line));
    }

    [Theory]
    [InlineData("\0\u0001 broken\n")]
    [InlineData("00000000000000000000000000000001 0000000000000000000000000000")]
    public void What_is_broken_in_the_file_is_passed_over(string text)
    {
        Open(TimeSpan.MaxValue).Add(Hash(1), Hash(100));
        File.AppendAllText(FilePath, text);

        var pairs = Open(TimeSpan.MaxValue);

        Assert.True(pairs.Knows(Hash(1), Hash(100)));
        Assert.False(pairs.IsIncomplete);
    }

    [Fact]
    public void A_file_that_cannot_be_one_of_the_bridge_is_not_read_and_told()
    {
        File.WriteAllText(FilePath, new string('0', 100_000));

        Assert.True(Open(TimeSpan.MaxValue).IsIncomplete);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string FilePath => Path.Combine(_directory, "seen");

    private BridgeOptions Options => new() { StateDirectory = _directory };

    private SeenPairs Open(TimeSpan keptFor) => new(Options, "seen", Most, keptFor, _time);

    private static string Hash(int number) => number.ToString("x64", CultureInfo.InvariantCulture)[32..].PadRight(64, '0');
}
