// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Encryption;

public sealed class KeyChangeTests
{
    private const string Long = "0123456789abcdef0123456789abcdef"; // 32 bytes: AES-256 takes no more

    [Theory]
    [InlineData("short", "short", "24.0.0", "24.0.0", true)]
    [InlineData("short", "other", "24.0.0", "24.0.0", false)]
    [InlineData("short,old", "short,old", "23.0.0", "23.0.0", true)]
    [InlineData("short,old", "short,old", "23.0.0", "24.0.0", false)]
    [InlineData("short,old", "short,old", "24.0.0", "24.0.0", false)] // what 23 wrote is under the whole string
    [InlineData(Long + ",old", Long + ",old", "24.0.0", "24.0.0", true)]
    public void Nothing_is_to_do_only_where_the_new_key_reads_what_every_release_wrote_with_the_old_one(
        string oldKey,
        string newKey,
        string installed,
        string release,
        bool isNone
    )
    {
        var change = new KeyChange(Keys(oldKey, installed), Keys(newKey, release));

        Assert.Equal(isNone, change.IsNone);
    }

    private static InstanceKeys Keys(string key, string release)
    {
        var keys = new InstanceKeys(null, key, null);
        keys.FollowRelease(release);
        return keys;
    }
}
