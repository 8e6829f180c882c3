// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Tests;

/// <summary>What the bridge keeps for itself opens for nobody else, and nowhere else.</summary>
public sealed class BridgeSealTests
{
    private readonly BridgeSeal _seal = Of("0123456789abcdef");

    [Fact]
    public void What_was_sealed_opens_with_the_same_purpose_and_context_only()
    {
        var text = _seal.Seal("consent", "row 1", "sécret");

        Assert.Equal("sécret", _seal.Open("consent", "row 1", text));
        Assert.Null(_seal.Open("consent", "row 2", text));
        Assert.Null(_seal.Open("sign-in", "row 1", text));
        Assert.Null(Of("another key").Open("consent", "row 1", text));
        Assert.Equal("sécret", Of("0123456789abcdef").Open("consent", "row 1", text));
    }

    [Fact]
    public void No_character_of_it_can_be_changed()
    {
        var text = _seal.Seal("consent", "", "secret");

        for (var index = 0; index < text.Length - 1; index++)
        {
            var changed = text[..index] + (text[index] == 'A' ? 'B' : 'A') + text[(index + 1)..];
            Assert.Null(_seal.Open("consent", "", changed));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bridge1:")]
    [InlineData("bridge1:AAAA")]
    [InlineData("bridge1:?")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:AAAA")]
    public void What_the_bridge_did_not_seal_does_not_open(string? text) => Assert.Null(_seal.Open("consent", "", text));

    [Fact]
    public void Without_a_key_only_the_same_process_opens_it()
    {
        var keyless = Of(null);
        var text = keyless.Seal("sign-in", "", "secret");

        Assert.False(keyless.IsShared);
        Assert.Equal("secret", keyless.Open("sign-in", "", text));
        Assert.Null(Of(null).Open("sign-in", "", text));
    }

    private static BridgeSeal Of(string? key) =>
        new(
            new DolibarrConf
            {
                Path = "conf.php",
                DbHost = "localhost",
                DbName = "dolibarr",
                DbUser = "dolibarr",
                Keys = new InstanceKeys(null, key, null),
            }
        );
}
