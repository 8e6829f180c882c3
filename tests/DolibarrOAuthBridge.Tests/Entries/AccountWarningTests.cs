// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Entries;

public sealed class AccountWarningTests
{
    [Theory]
    [InlineData("Ann@Example.com [1]", "ann@example.com", false)]
    [InlineData("Ann@Example.com [1]", "info@example.com", true)]
    [InlineData("ann [1]", "info@example.com", false)]
    [InlineData(null, "info@example.com", false)]
    public void An_account_that_is_not_the_mailbox_is_noticed(string? account, string login, bool isNoticed)
    {
        var entry = Make.Entry("GOOGLE-Mail", scopes: ["https://mail.google.com/"]);
        var facts = new EntryFacts
        {
            Entry = entry,
            Lookup = new TokenLookup([]),
            Grant = Make.Grant(TimeSpan.FromHours(1)),
            Memory = new GrantRecord { Account = account },
            Uses = [new EntryUse(entry.Name, EntryPurpose.SendMail, "MAIN_MAIL_SMTPS_OAUTH_SERVICE", login)],
            Now = Make.Now,
        };

        var warning = EntryWarnings.Of(facts).SingleOrDefault(static warning => warning.Code == EntryWarningCode.AccountDiffers);
        Assert.Equal(isNoticed, warning?.Message.Contains(login, StringComparison.Ordinal) ?? false);
    }
}
