// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Consents;

public sealed class RedirectUriPolicyTests
{
    private const string Default = "https://erp.example/dolibarr/custom/oauthbridge/callback.php";

    [Fact]
    public void The_entrys_own_address_is_used_where_none_is_given()
    {
        Assert.Equal(Default, RedirectUriPolicy.Choose(Entry(), Conf(), null));
        Assert.Equal("https://erp.example/own.php", RedirectUriPolicy.Choose(Entry("https://erp.example/own.php"), Conf(), null));
    }

    [Theory]
    [InlineData(Default)]
    [InlineData("http://127.0.0.1:49152/")]
    [InlineData("http://[::1]:49152/callback")]
    [InlineData("http://localhost:8000/callback")]
    [InlineData("https://other-name.example/dolibarr/custom/oauthbridge/callback.php")]
    [InlineData("https://erp.example/dolibarr/custom/oauthbridge/logincallback.php")]
    public void The_own_address_any_https_address_and_loopback_are_allowed(string wanted) =>
        Assert.Equal(wanted, RedirectUriPolicy.Choose(Entry(), Conf(), wanted));

    [Theory]
    [InlineData("https://erp.example@evil.example/dolibarr/custom/oauthbridge/callback.php")]
    [InlineData("http://127.0.0.1@evil.example/")]
    [InlineData("http://user@127.0.0.1/")]
    [InlineData("http://127.0.0.1.evil.example/")]
    [InlineData("http://127.0.0.1/#x")]
    [InlineData("http://192.168.0.1/")]
    [InlineData("http://erp.example/dolibarr/custom/oauthbridge/callback.php")]
    [InlineData("https://erp.example/callback.php#")]
    [InlineData("https://erp.example/callback.php\r\nx")]
    [InlineData("https://erp.example\\@evil.example/")]
    [InlineData("https:///callback.php")]
    [InlineData("//evil.example/")]
    [InlineData("/custom/oauthbridge/callback.php")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    public void Every_other_address_is_refused(string wanted) =>
        Assert.Equal(
            ProblemCode.InvalidRequest,
            Assert.Throws<BridgeException>(() => RedirectUriPolicy.Choose(Entry(), Conf(), wanted)).Code
        );

    [Fact]
    public void A_page_beside_the_own_address_is_allowed_where_Dolibarr_has_no_https()
    {
        const string beside = "http://erp.lan/custom/oauthbridge/logincallback.php";

        Assert.Equal(beside, RedirectUriPolicy.Choose(Entry("http://erp.lan/custom/oauthbridge/callback.php"), Conf(), beside));
    }

    [Theory]
    [InlineData("ftp://erp.example/callback.php")]
    [InlineData("https://user:secret@erp.example/callback.php")]
    [InlineData("https://erp.example/callback.php#top")]
    [InlineData("callback.php")]
    public void An_own_address_that_cannot_be_used_is_the_admins_to_correct(string own) =>
        Assert.Equal(
            ProblemCode.EntryIncomplete,
            Assert.Throws<BridgeException>(() => RedirectUriPolicy.Choose(Entry(own), Conf(), null)).Code
        );

    [Fact]
    public void Without_any_address_the_message_says_where_to_set_one()
    {
        var refusal = Assert.Throws<BridgeException>(() => RedirectUriPolicy.Choose(Entry(), Make.Conf(), null));

        Assert.Equal(ProblemCode.EntryIncomplete, refusal.Code);
        Assert.Contains("dolibarr_main_url_root", refusal.Message, StringComparison.Ordinal);
    }

    private static DolibarrConf Conf()
    {
        var conf = Make.Conf();
        return new DolibarrConf
        {
            Path = conf.Path,
            DbHost = conf.DbHost,
            DbName = conf.DbName,
            DbUser = conf.DbUser,
            Keys = conf.Keys,
            UrlRoot = "https://erp.example/dolibarr/",
        };
    }

    private static OAuthEntry Entry(string callback = "") =>
        new()
        {
            Name = Make.Name("GOOGLE-Mail"),
            Entity = 1,
            ClientId = "client",
            UrlCallback = callback,
        };
}
