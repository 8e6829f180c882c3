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
