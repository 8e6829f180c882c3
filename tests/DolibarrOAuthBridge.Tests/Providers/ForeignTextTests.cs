// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Providers;

/// <summary>A text that echoes what was sent, however it is written, shows nothing of it.</summary>
public sealed class ForeignTextTests
{
    private const string Secret = "s3cret+with/special&ch%rs~1";

    public static TheoryData<string> Echoes
    {
        get
        {
            var bytes = Encoding.UTF8.GetBytes(Secret);
            return
            [
                Secret,
                Uri.EscapeDataString(Secret),
                Uri.EscapeDataString(Uri.EscapeDataString(Secret)),
                string.Concat(bytes.Select(static one => $"%{one:X2}")),
                string.Concat(Secret.Select(static one => $"\\u{(int)one:x4}")),
                Convert.ToHexString(bytes).ToLowerInvariant(),
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Echoes))]
    public void A_secret_is_found_in_every_spelling(string echo) =>
        Assert.Equal("you sent [redacted].", ForeignText.Clean($"you sent {echo}.", [Secret]));

    /// <summary>What stands in for a longer secret whose letters somebody spread or encoded again.</summary>
    public static TheoryData<string> Disguises
    {
        get
        {
            var bytes = Encoding.UTF8.GetBytes(Secret);
            return
            [
                string.Join('\u200b', Secret.ToCharArray()),
                string.Join('\ufe0f', Secret.ToCharArray()),
                string.Join('\u034f', Secret.ToCharArray()),
                string.Join('\0', Secret.ToCharArray()),
                Secret.Insert(5, "\n"),
                Convert.ToBase64String(bytes).Insert(8, "\r\n"),
                string.Join(' ', bytes.Select(static one => $"{one:x2}")),
                string.Concat(bytes.Select(static one => $"%25{one:X2}")),
                string.Concat(Secret.Select(static one => $@"\\u{(int)one:x4}")),
                string.Concat(Secret.Select(static one => $"&#{(int)one};")),
                string.Concat(Secret.Select(static one => $"&#x{(int)one:x};")),
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Disguises))]
    public void Nothing_is_kept_of_a_text_in_which_a_secret_is_spread_or_encoded_again(string echo) =>
        Assert.Equal(ForeignText.Redacted, ForeignText.Clean($"you sent {echo}.", [Secret]));

    [Fact]
    public void An_ordinary_text_is_kept() =>
        Assert.Equal(
            "The refresh token has expired. Trace 7f00",
            ForeignText.Clean("The refresh token has expired.\u200eTrace 7f00", [Secret])
        );

    [Fact]
    public void A_name_is_one_short_line() =>
        Assert.Equal($"CN=a   {new string('b', 93)}…", ForeignText.Name($"CN=a\r\n\u202e{new string('b', 500)}"));

    [Theory]
    [InlineData("client_secret=", "&x=1")]
    [InlineData("a=", "")]
    [InlineData("client_secret:", "&more")]
    [InlineData("1", "2")]
    public void A_secret_within_the_base64_of_a_longer_text_is_found_wherever_it_begins(string before, string after)
    {
        var bytes = Encoding.UTF8.GetBytes(before + Secret + after);
        foreach (var echo in new[] { Convert.ToBase64String(bytes), Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_') })
        {
            var clean = ForeignText.Clean(echo, [Secret]);

            Assert.Contains(ForeignText.Redacted, clean, StringComparison.Ordinal);
            // At most the digits that it shares with what stands before and after.
            Assert.True(clean.Length - ForeignText.Redacted.Length <= echo.Length - (Secret.Length * 8 / 6) + 2, clean);
        }
    }
}
