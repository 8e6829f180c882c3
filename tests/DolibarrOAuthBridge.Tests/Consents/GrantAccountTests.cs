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
    public void What_is_stored_is_read_back(string? subject, string? name)
    {
        var account = GrantAccount.Of(subject, name)!;

        Assert.Equal(account, GrantAccount.Parse(account.Stored));
    }

    [Fact]
    public void The_longest_account_fits_its_column() =>
        Assert.True(GrantAccount.Of(new string('s', 500), new string('n', 500))!.Stored.Length <= 255);

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
