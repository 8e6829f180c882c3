// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Consents;

public sealed class GrantAccountTests
{
    [Theory]
    [InlineData("1001", "ada@example.com")]
    [InlineData("1001", null)]
    [InlineData(null, "ada@example.com")]
    [InlineData("1001", "Ada [Lovelace] \r\n\0")]
    [InlineData("1001", "\u202eada\u2066@example.com\u2028\u200b")]
    [InlineData("\u200b1001 [", null)]
    public void What_is_stored_is_read_back(string? subject, string? name)
    {
        var account = GrantAccount.Of(subject, name)!;

        Assert.Equal(account, GrantAccount.Parse(account.Stored));
    }

    [Fact]
    public void The_longest_account_fits_its_column() =>
        Assert.True(GrantAccount.Of(new string('s', 500), new string('n', 500))!.Stored.Length <= 255);

    [Fact]
    public void What_is_too_long_is_cut_alike_whenever_it_is_read()
    {
        var account = GrantAccount.Of(new string('s', 500), new string('n', 119) + "😀")!;

        Assert.Equal(new string('s', 120), account.Subject);
        Assert.Equal(new string('n', 119), account.Name);
        Assert.Equal(account, GrantAccount.Parse(account.Stored));
    }

    [Fact]
    public void A_name_turns_no_text_around() =>
        Assert.Equal("ada moc.elpmaxe", GrantAccount.Of("1001", "ada\u202emoc.elpmaxe\u2029")!.Name);

    [Theory]
    [InlineData(null, null)]
    [InlineData("", " \n")]
    public void Nothing_is_no_account(string? subject, string? name) => Assert.Null(GrantAccount.Of(subject, name));

    [Theory]
    [InlineData("1", "a@x", "1", "b@x", false)] // renamed
    [InlineData("1", "a@x", "2", "a@x", true)] // an address given to somebody else
    [InlineData(null, "a@x", "1", "A@X", false)]
    [InlineData(null, "a@x", "1", "b@x", true)]
    [InlineData("1", null, null, "b@x", false)] // nothing to compare
    public void The_subject_decides_and_where_it_is_unknown_the_name(
        string? subject,
        string? name,
        string? otherSubject,
        string? otherName,
        bool differs
    ) => Assert.Equal(differs, GrantAccount.Of(subject, name)!.DiffersFrom(GrantAccount.Of(otherSubject, otherName)!));
}
