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

    [Fact]
    public void No_key_is_shown() => Assert.Equal("InstanceKeys (2)", new InstanceKeys("secret1", "secret2", null).ToString());
}
