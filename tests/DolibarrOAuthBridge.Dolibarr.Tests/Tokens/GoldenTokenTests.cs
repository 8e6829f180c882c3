// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tests.Support;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Tokens;

public sealed class GoldenTokenTests
{
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, GoldenToken.All.Count)];

    [Fact]
    public void There_are_forty_rows_of_both_forms_and_several_ciphers()
    {
        var forms = GoldenToken.All.Select(row => StoredForm.Of(row.Token)).ToList();

        Assert.Equal(40, forms.Count);
        Assert.Contains(StoredForm.Plain, forms);
        Assert.True(forms.Distinct().Count() >= 5);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_of_Dolibarr_decodes_to_what_Dolibarr_put_in(int index)
    {
        var row = GoldenToken.All[index];

        var token = Codec(row).Decode(row.Token);

        Assert.Equal(row.Expected.AccessToken, token.AccessToken);
        Assert.Equal(row.Expected.RefreshToken, token.RefreshToken);
        Assert.Equal(row.Expected.EndOfLife, token.EndOfLife.Value);
        Assert.Equal(PhpArray.FromJson(row.Expected.ExtraParams), token.ExtraParams);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_decoded_row_serializes_to_the_same_bytes(int index)
    {
        var row = GoldenToken.All[index];

        var token = Codec(row).Decode(row.Token);

        Assert.Equal(row.Serialized, StoredTokenFormat.Serialize(token));
        Assert.Equal(token, StoredTokenFormat.Parse(row.Serialized));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_is_written_back_in_its_own_form(int index)
    {
        var row = GoldenToken.All[index];
        var codec = Codec(row);
        var token = codec.Decode(row.Token);
        var form = StoredForm.Of(row.Token);

        var written = codec.Encode(token, form);

        Assert.Equal(form, StoredForm.Of(written));
        Assert.Equal(token, codec.Decode(written));
        Assert.Equal(form.IsEncrypted, written != row.Token);
        Assert.Equal(row.Token.Length, written.Length);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_encrypted_row_under_another_key_is_an_error(int index)
    {
        var row = GoldenToken.All[index];
        if (!StoredForm.Of(row.Token).IsEncrypted)
        {
            return;
        }

        var error = Assert.Throws<TokenUnreadableException>(() => new TokenCodec(new(null, "another key", null)).Decode(row.Token));

        Assert.Equal(TokenUnreadableReason.WrongKeyOrDamaged, error.Reason);
        Assert.Contains("restored without its conf.php", error.Message, StringComparison.Ordinal);
    }

    private static TokenCodec Codec(GoldenToken row) => new(new InstanceKeys(null, row.InstanceUniqueId, null));
}
