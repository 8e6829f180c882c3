// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Text;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Consents;

public sealed class IdTokenClaimsTests
{
    [Fact]
    public void The_account_and_the_nonce_are_read()
    {
        var claims = IdTokenClaims.Read(Token("""{"sub":"1","email":"ada@example.com","preferred_username":"other","nonce":"n"}"""));

        Assert.Equal(new IdTokenClaims(new GrantAccount("1", "ada@example.com"), "n"), claims);
    }

    [Fact]
    public void Microsofts_name_of_an_account_is_its_preferred_username() =>
        Assert.Equal(
            "ada@contoso.com",
            IdTokenClaims.Read(Token("""{"sub":"1","preferred_username":"ada@contoso.com","name":"Ada"}"""))!.Account!.Name
        );

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.%%%.c")]
    [InlineData("a.bm90IGpzb24.c")]
    [InlineData("a.W10.c")]
    [InlineData("a.b.c.d.e")]
    public void What_is_no_id_token_reads_as_nothing(string? token) => Assert.Null(IdTokenClaims.Read(token));

    [Fact]
    public void Claims_of_other_types_do_not_count() =>
        Assert.Equal(new IdTokenClaims(null, null), IdTokenClaims.Read(Token("""{"sub":1,"email":["a"],"nonce":{}}""")));

    private static string Token(string payload) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}.sig";
}
