// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Encryption;

public sealed class InstanceKeysTests
{
    [Theory]
    [InlineData("d", "i", "c", "d i c", "i")]
    [InlineData("", "i", "c", "i c", "i")]
    [InlineData(null, null, "c", "c", "c")]
    [InlineData("d", "", "c", "d c", "c")]
    [InlineData("d", null, null, "d", "d")]
    [InlineData("same", "same", "same", "same", "same")]
    [InlineData("0", "0", "c", "c", "c")] // PHP's empty() takes "0" for empty
    [InlineData("", "", "", "", null)]
    [InlineData(null, "clé", null, "clé", "clé")]
    public void Keys_are_tried_in_order_and_the_one_of_dolEncrypt_writes(
        string? dolcryptKey,
        string? instanceUniqueId,
        string? cookieCryptKey,
        string candidates,
        string? writeKey
    )
    {
        var keys = new InstanceKeys(dolcryptKey, instanceUniqueId, cookieCryptKey);

        Assert.Equal(candidates, string.Join(' ', keys.Candidates.Select(key => Encoding.UTF8.GetString(key.Span))));
        Assert.Equal(writeKey, keys.WriteKey is { } key ? Encoding.UTF8.GetString(key.Span) : null);
    }

    [Theory]
    [InlineData("", KeyRule.WholeKey)]
    [InlineData(null, KeyRule.WholeKey)]
    [InlineData("nonsense", KeyRule.WholeKey)]
    [InlineData("17.0.2", KeyRule.WholeKey)]
    [InlineData("23.1.0", KeyRule.WholeKey)]
    [InlineData("24.0.0-beta", KeyRule.CommaSeparated)]
    [InlineData("24-alpha", KeyRule.CommaSeparated)]
    [InlineData("100.0.0", KeyRule.CommaSeparated)]
    public void The_release_decides_how_a_key_with_commas_is_taken(string? release, KeyRule rule) =>
        Assert.Equal(rule, InstanceKeys.RuleOf(release));

    [Theory]
    [InlineData("aaaa,bbbb", "23.0.0", "aaaa,bbbb", "aaaa,bbbb", "aaaa,bbbb aaaa bbbb")]
    [InlineData("aaaa,bbbb", "24.0.0", "aaaa", "aaaa bbbb", "aaaa bbbb aaaa,bbbb")]
    [InlineData("aaaa,,bbbb", "24.0.0", "aaaa", "aaaa bbbb", "aaaa bbbb aaaa,,bbbb")]
    [InlineData(",", "24.0.0", ",", ",", ",")]
    [InlineData("aaaa", "24.0.0", "aaaa", "aaaa", "aaaa")]
    public void A_key_with_commas_is_read_whole_and_in_parts_and_written_by_the_rule_of_the_release(
        string key,
        string release,
        string writeKey,
        string releaseKeys,
        string candidates
    )
    {
        var keys = new InstanceKeys(null, key, null);
        keys.FollowRelease(release);
        keys.ReplaceBy(new InstanceKeys(null, key, null));

        Assert.Equal(writeKey, Encoding.UTF8.GetString(keys.WriteKey!.Value.Span));
        Assert.Equal(releaseKeys, Text(keys.ReleaseKeys));
        Assert.Equal(candidates, Text(keys.Candidates));
        Assert.Equal(key, Encoding.UTF8.GetString(keys.WholeKey!.Value.Span));

        static string Text(IReadOnlyList<ReadOnlyMemory<byte>> keys) =>
            string.Join(' ', keys.Select(one => Encoding.UTF8.GetString(one.Span)));
    }

    [Fact]
    public void No_key_is_shown() => Assert.Equal("InstanceKeys (2)", new InstanceKeys("secret1", "secret2", null).ToString());
}
