// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Entries;

public sealed class WarningSeverityTests
{
    [Fact]
    public void A_token_that_has_ended_and_cannot_be_renewed_is_an_error_where_mail_uses_it()
    {
        var ended = Make.Grant(TimeSpan.FromHours(-1), null);
        var living = Make.Grant(TimeSpan.FromHours(1), null);

        Assert.Equal("warning", Of(ended).Severity);
        Assert.Equal("warning", Of(living, EntryPurpose.SendMail).Severity);
        Assert.Equal("error", Of(ended, EntryPurpose.SendMail).Severity);
        Assert.Equal("error", Of(ended, EntryPurpose.ReadMail).Severity);
    }

    [Fact]
    public void The_message_is_what_was_seen_and_what_to_do()
    {
        var warning = Of(Make.Grant(TimeSpan.FromHours(1), null));

        Assert.Equal($"{warning.Evidence} {warning.Advice}", warning.Message);
        Assert.EndsWith(".", warning.Evidence, StringComparison.Ordinal);
        Assert.EndsWith(".", warning.Advice, StringComparison.Ordinal);
    }

    private static EntryWarning Of(StoredGrant grant, params EntryPurpose[] uses)
    {
        var entry = Make.Entry("GOOGLE-Mail", scopes: ["gmail_full"]);
        return Assert.Single(
            EntryWarnings.Of(
                new EntryFacts
                {
                    Entry = entry,
                    Lookup = new TokenLookup([grant.Row]),
                    Grant = grant,
                    Uses = [.. uses.Select(purpose => new EntryUse(entry.Name, purpose, "the place"))],
                    Now = Make.Now,
                }
            )
        );
    }
}
