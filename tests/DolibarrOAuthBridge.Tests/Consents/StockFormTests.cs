// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Consents;

/// <summary>What a first grant is stored as, against what the OAuth library of Dolibarr 22.0.4 itself makes of the same answers.</summary>
public sealed class StockFormTests
{
    [Theory]
    [InlineData(
        "GOOGLE-Mail",
        """{"access_token":"ya29.a0","expires_in":3599,"refresh_token":"1//0g","""
            + """ "scope":"https://mail.google.com/ openid","token_type":"Bearer","id_token":"e30.e30.c2ln","""
            + """ "refresh_token_expires_in":604799}""",
        """O:33:"OAuth\OAuth2\Token\StdOAuth2Token":4:{s:14:"\0*\0accessToken";s:7:"ya29.a0";"""
            + """s:15:"\0*\0refreshToken";s:5:"1//0g";s:12:"\0*\0endOfLife";i:1800003599;s:14:"\0*\0extraParams";"""
            + """a:4:{s:5:"scope";s:31:"https://mail.google.com/ openid";s:10:"token_type";s:6:"Bearer";"""
            + """s:8:"id_token";s:12:"e30.e30.c2ln";s:24:"refresh_token_expires_in";i:604799;}}"""
    )]
    [InlineData(
        "MICROSOFT-Office",
        """{"token_type":"Bearer","""
            + """ "scope":"https://outlook.office365.com/IMAP.AccessAsUser.All https://outlook.office365.com/SMTP.Send","""
            + """ "expires_in":4799,"ext_expires_in":4799,"access_token":"eyJ0","refresh_token":"0.AX"}""",
        """O:33:"OAuth\OAuth2\Token\StdOAuth2Token":4:{s:14:"\0*\0accessToken";s:4:"eyJ0";"""
            + """s:15:"\0*\0refreshToken";s:4:"0.AX";s:12:"\0*\0endOfLife";i:1800004799;s:14:"\0*\0extraParams";"""
            + """a:3:{s:10:"token_type";s:6:"Bearer";s:5:"scope";"""
            + """s:91:"https://outlook.office365.com/IMAP.AccessAsUser.All https://outlook.office365.com/SMTP.Send";"""
            + """s:14:"ext_expires_in";i:4799;}}"""
    )]
    [InlineData(
        "MICROSOFT2-Office",
        """{"token_type":"Bearer","scope":"https://outlook.office.com/.default","expires_in":4799,"""
            + """ "ext_expires_in":4799,"access_token":"eyJ0","refresh_token":"0.AX"}""",
        """O:33:"OAuth\OAuth2\Token\StdOAuth2Token":4:{s:14:"\0*\0accessToken";s:4:"eyJ0";"""
            + """s:15:"\0*\0refreshToken";s:4:"0.AX";s:12:"\0*\0endOfLife";i:1800004799;s:14:"\0*\0extraParams";"""
            + """a:3:{s:10:"token_type";s:6:"Bearer";s:5:"scope";s:35:"https://outlook.office.com/.default";"""
            + """s:14:"ext_expires_in";i:4799;}}"""
    )]
    [InlineData(
        "GENERIC-Mastodon",
        """{"access_token":"ZA-Y","token_type":"Bearer","scope":"read write follow push","created_at":1573979017}""",
        """O:33:"OAuth\OAuth2\Token\StdOAuth2Token":4:{s:14:"\0*\0accessToken";s:4:"ZA-Y";"""
            + """s:15:"\0*\0refreshToken";N;s:12:"\0*\0endOfLife";i:-9002;s:14:"\0*\0extraParams";"""
            + """a:3:{s:10:"token_type";s:6:"Bearer";s:5:"scope";s:22:"read write follow push";s:10:"created_at";"""
            + """i:1573979017;}}"""
    )]
    [InlineData(
        "GITHUB-Dev",
        """{"access_token":"gho_16","scope":"user,public_repo","token_type":"bearer"}""",
        """O:33:"OAuth\OAuth2\Token\StdOAuth2Token":4:{s:14:"\0*\0accessToken";s:6:"gho_16";"""
            + """s:15:"\0*\0refreshToken";N;s:12:"\0*\0endOfLife";i:-9002;s:14:"\0*\0extraParams";a:2:{s:5:"scope";"""
            + """s:16:"user,public_repo";s:10:"token_type";s:6:"bearer";}}"""
    )]
    public void The_same_answer_is_serialized_as_dolibarr_does(string entry, string answer, string serialized)
    {
        using var json = JsonDocument.Parse(answer);

        var grant = NewGrant.Of(
            TokenResponse.Parse(json.RootElement),
            ProviderCatalogue.Of(Make.Name(entry)),
            DateTimeOffset.FromUnixTimeSeconds(1_800_000_000),
            null,
            false
        );

        Assert.Equal(
            serialized,
            Encoding.UTF8.GetString(StoredTokenFormat.Serialize(grant.Token)).Replace("\0", "\\0", StringComparison.Ordinal)
        );
    }
}
