// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tests.Support;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Tokens;

public sealed class StoredTokenFormatTests
{
    private const string Access = "s:14:\"\0*\0accessToken\";s:1:\"a\";";
    private const string Refresh = "s:15:\"\0*\0refreshToken\";s:1:\"r\";";
    private const string End = "s:12:\"\0*\0endOfLife\";i:5;";
    private const string Extra = "s:14:\"\0*\0extraParams\";a:0:{}";

    [Fact]
    public void Properties_are_read_in_any_order_and_written_in_that_of_the_class()
    {
        var token = Parse(Token(4, Extra + End + Refresh + Access));

        Assert.Equal(Token(4, Access + Refresh + End + Extra), Encoding.UTF8.GetString(StoredTokenFormat.Serialize(token)));
    }

    [Fact]
    public void Tokens_may_be_null()
    {
        var token = Parse(
            Token(
                4,
                Access.Replace("s:1:\"a\";", "N;", StringComparison.Ordinal)
                    + Refresh.Replace("s:1:\"r\";", "N;", StringComparison.Ordinal)
                    + End
                    + Extra
            )
        );

        Assert.Null(token.AccessToken);
        Assert.Null(token.RefreshToken);
    }

    [Fact]
    public void An_end_of_life_that_is_null_or_not_there_is_unknown()
    {
        Assert.True(Parse(Token(4, Access + Refresh + "s:12:\"\0*\0endOfLife\";N;" + Extra)).EndOfLife.IsUnknown);
        Assert.True(Parse(Token(3, Access + Refresh + Extra)).EndOfLife.IsUnknown);
    }

    [Theory]
    [InlineData(3, Refresh + End + Extra)] // no access token
    [InlineData(3, Access + End + Extra)] // no refresh token
    [InlineData(3, Access + Refresh + End)] // no extra parameters
    [InlineData(5, Access + Access + Refresh + End + Extra)] // one twice
    [InlineData(5, Access + Refresh + End + Extra + "s:5:\"other\";N;")]
    [InlineData(4, "s:11:\"accessToken\";s:1:\"a\";" + Refresh + End + Extra)] // public
    [InlineData(4, "s:46:\"\0OAuth\\OAuth2\\Token\\StdOAuth2Token\0accessToken\";s:1:\"a\";" + Refresh + End + Extra)] // private
    [InlineData(4, "s:14:\"\0*\0accessToken\";i:1;" + Refresh + End + Extra)]
    [InlineData(4, Access + "s:15:\"\0*\0refreshToken\";b:0;" + End + Extra)]
    [InlineData(4, Access + Refresh + "s:12:\"\0*\0endOfLife\";s:1:\"5\";" + Extra)]
    [InlineData(4, Access + Refresh + "s:12:\"\0*\0endOfLife\";d:5;" + Extra)]
    [InlineData(4, Access + Refresh + End + "s:14:\"\0*\0extraParams\";N;")]
    [InlineData(4, Access + Refresh + End + "s:14:\"\0*\0extraParams\";a:1:{i:0;O:8:\"stdClass\":0:{}}")]
    [InlineData(4, "i:0;s:1:\"a\";" + Refresh + End + Extra)]
    [InlineData(1000000, Access)]
    [InlineData(-1, Access)]
    public void Any_other_set_of_properties_is_refused(int count, string properties) => Refuses(Token(count, properties));

    [Theory]
    [InlineData("O:33:\"OAuth\\OAuth1\\Token\\StdOAuth1Token\"")]
    [InlineData("O:33:\"oauth\\oauth2\\token\\stdoauth2token\"")]
    [InlineData("O:34:\"\\OAuth\\OAuth2\\Token\\StdOAuth2Token\"")]
    [InlineData("O:+33:\"OAuth\\OAuth2\\Token\\StdOAuth2Token\"")]
    [InlineData("C:33:\"OAuth\\OAuth2\\Token\\StdOAuth2Token\"")]
    [InlineData("O:4:\"Evil\"")]
    public void Any_other_class_is_refused(string head) => Refuses($"{head}:4:{{{Access}{Refresh}{End}{Extra}}}");

    [Fact]
    public void Nothing_may_follow() => Refuses(Token(4, Access + Refresh + End + Extra) + ";");

    [Fact]
    public void Every_single_flipped_bit_is_an_error_or_gives_another_well_formed_token()
    {
        var bytes = StoredTokenFormat.Serialize(Samples.Token("access", "refresh", extra: """{"scope":"a","n":[1,0.5,true,null]}"""));

        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                var token = StoredTokenFormat.Parse(bytes);
                Assert.Equal(token, StoredTokenFormat.Parse(StoredTokenFormat.Serialize(token)));
            }
            catch (PhpFormatException)
            {
                // Expected of most.
            }

            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Random_damage_never_does_worse_than_an_error()
    {
        var original = StoredTokenFormat.Serialize(Samples.Token("access", "refresh", extra: """{"scope":"a","n":[1,0.5,true,null]}"""));
        var random = new Random(6);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = original.ToList();
            for (var change = random.Next(4); change >= 0; change--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes.RemoveAt(at);
                        break;
                    case 1:
                        bytes.Insert(at, (byte)random.Next(256));
                        break;
                    case 2:
                        bytes.InsertRange(at, bytes.Skip(random.Next(bytes.Count)).Take(random.Next(20)).ToList());
                        break;
                    default:
                        bytes[at] = (byte)":;{}\"0123456789-+.abdisNOCERrS\0"[random.Next(31)];
                        break;
                }
            }

            try
            {
                StoredTokenFormat.Parse(bytes.ToArray());
            }
            catch (PhpFormatException error)
            {
                Assert.InRange(error.Offset, 0, bytes.Count);
            }
        }
    }

    private static string Token(int count, string properties) => $"O:33:\"OAuth\\OAuth2\\Token\\StdOAuth2Token\":{count}:{{{properties}}}";

    private static StoredToken Parse(string serialized) => StoredTokenFormat.Parse(Encoding.UTF8.GetBytes(serialized));

    private static void Refuses(string serialized) => Assert.Throws<PhpFormatException>(() => Parse(serialized));
}
