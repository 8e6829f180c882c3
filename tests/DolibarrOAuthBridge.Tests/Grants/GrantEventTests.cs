// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tests.Grants;

public sealed class GrantEventTests
{
    [Theory]
    [InlineData(EventKind.Refreshed, "ok")]
    [InlineData(EventKind.Consented, "ok")]
    [InlineData(EventKind.Healed, "ok")]
    [InlineData(EventKind.AccountChanged, "ok")]
    [InlineData(EventKind.RefreshFailed, "failed")]
    [InlineData(EventKind.ConsentRequired, "failed")]
    [InlineData(EventKind.ConsentDenied, "failed")]
    [InlineData(EventKind.TokenSuperseded, "failed")]
    [InlineData(EventKind.SecretRebound, "failed")]
    [InlineData(EventKind.InDoubt, "failed")]
    public void The_outcome_says_whether_it_went_well(string kind, string outcome) =>
        Assert.Equal(outcome, GrantEvent.Of(DateTime.UnixEpoch, kind, string.Empty).Outcome);
}
