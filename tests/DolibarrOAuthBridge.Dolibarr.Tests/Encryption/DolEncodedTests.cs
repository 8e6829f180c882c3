// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Encryption;

public sealed class DolEncodedTests
{
    [Fact]
    public void Each_byte_is_shifted_by_seventeen()
    {
        Assert.Equal(Convert.ToBase64String("rst"u8), DolEncoded.Encode("abc"u8));
        Assert.Equal("abc", Encoding.ASCII.GetString(DolEncoded.Decode(Convert.ToBase64String("rst"u8))));
    }

    [Fact]
    public void All_bytes_come_back()
    {
        var bytes = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();

        Assert.Equal(bytes, DolEncoded.Decode(DolEncoded.Encode(bytes)));
    }

    [Fact]
    public void Damage_is_an_error() => Assert.Throws<FormatException>(() => DolEncoded.Decode("cnN0!"));
}
