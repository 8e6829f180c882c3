// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tests.Support;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Tokens;

public sealed class StoredTokenTests
{
    [Fact]
    public void Nothing_secret_is_shown()
    {
        var token = Samples.Token("s3cret-access", "s3cret-refresh", extra: """{"id_token":"s3cret-id"}""");

        Assert.Equal("StoredToken (access token: yes, refresh token: yes, end of life: 1893456000)", token.ToString());
        Assert.DoesNotContain("s3cret", $"{token} {token.ExtraParams}", StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_are_equal_by_their_content()
    {
        Assert.Equal(Samples.Token(), Samples.Token());
        Assert.NotEqual(Samples.Token(), Samples.Token(access: "other"));
        Assert.NotEqual(Samples.Token(), Samples.Token(extra: "{}"));
    }

    [Fact]
    public void The_refresh_token_is_exchanged_alone()
    {
        Assert.Equal(Samples.Token(refresh: "new"), Samples.Token(refresh: "old").WithRefreshToken("new"));
        Assert.Null(Samples.Token().WithRefreshToken(null).RefreshToken);
    }

    [Fact]
    public void Members_of_the_answer_are_at_hand()
    {
        var token = Samples.Token(extra: """{"scope":"a b","token_type":"Bearer","id_token":"x.y.z"}""");

        Assert.Equal(("a b", "Bearer", "x.y.z"), (token.Scope, token.TokenType, token.IdToken));
        Assert.Null(Samples.Token(extra: "{}").Scope);
    }
}
