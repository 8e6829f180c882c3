// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Entries;

public sealed class ClientSecretWarningTests
{
    [Theory]
    [InlineData("s3cret", false)]
    [InlineData("s3cré", true)]
    [InlineData("s3cret\u00a0", true)] // what copying from a web page brings along
    public void A_client_secret_outside_ascii_is_named_since_dolibarrs_own_code_cannot_read_it(string secret, bool isNamed)
    {
        var facts = new EntryFacts
        {
            Entry = Make.Entry("GOOGLE-Mail", secret, scopes: ["gmail_full"]),
            Lookup = new TokenLookup([]),
            Memory = new GrantRecord(),
            Uses = [],
            Now = Make.Now,
        };

        Assert.Equal(isNamed ? ["client_secret_not_ascii"] : [], EntryWarnings.Of(facts).Select(static warning => warning.Code));
    }
}
