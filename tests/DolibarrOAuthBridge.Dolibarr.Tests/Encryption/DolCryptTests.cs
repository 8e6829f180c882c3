// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Encryption;

public sealed class DolCryptTests
{
    private const string Iv = "0123456789abcdef";

    private static readonly byte[] Key = "84b5bc91f83b56e458db71e0adac2b62"u8.ToArray();

    // The client secret of GOOGLE-Mail in the demo's golden rows, written by Dolibarr 22.
    private const string Golden = "dolcrypt:AES-256-CTR:535bdd6740c63a55:JXIWQGSrETNgI7Zi6o0gxb0hksA=";

    [Fact]
    public void A_secret_written_by_Dolibarr_decrypts_to_text() =>
        Assert.Matches("^[ -~]{20}$", Encoding.ASCII.GetString(DolCrypt.Decrypt(Golden, Key)));

    [Fact]
    public void A_value_has_the_form_that_Dolibarr_writes()
    {
        var value = DolCrypt.Encrypt("text"u8, Key);

        Assert.Matches("^dolcrypt:AES-256-CTR:[0-9a-f]{16}:[A-Za-z0-9+/]{6}==$", value);
        Assert.True(DolCrypt.IsEncrypted(value));
    }

    [Theory]
    [InlineData("aes-128-cbc")]
    [InlineData("Aes-256-Ctr")]
    public void The_name_of_the_cipher_keeps_its_spelling(string cipher)
    {
        var value = DolCrypt.Encrypt("text"u8, Key, cipher);

        Assert.Equal(cipher, DolCrypt.CipherOf(value));
        Assert.Equal("text"u8.ToArray(), DolCrypt.Decrypt(value, Key));
    }

    [Theory]
    [InlineData("AES-256-XYZ")]
    [InlineData("aes-256-ecb")]
    [InlineData("AES-256-GCM")]
    [InlineData("AES256")]
    [InlineData("AES-256-CTR ")]
    [InlineData("AES-512-CTR")]
    [InlineData("DES-CBC")]
    [InlineData("null")]
    [InlineData("")]
    public void Other_ciphers_are_refused(string cipher)
    {
        var value = $"dolcrypt:{cipher}:{Iv}:AAAA";

        Assert.Equal(DolCryptFailure.UnsupportedCipher, Failure(() => DolCrypt.Decrypt(value, Key)));
        Assert.Equal(DolCryptFailure.UnsupportedCipher, Failure(() => DolCrypt.CipherOf(value)));
        Assert.Equal(DolCryptFailure.UnsupportedCipher, Failure(() => DolCrypt.Encrypt("text"u8, Key, cipher)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("dolcrypt:")]
    [InlineData("dolcrypt:AES-256-CTR")]
    [InlineData("dolcrypt:AES-256-CTR:AAAA")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:AAAA:")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:AAAA:AAAA")]
    [InlineData("DOLCRYPT:AES-256-CTR:0123456789abcdef:AAAA")]
    [InlineData("xdolcrypt:AES-256-CTR:0123456789abcdef:AAAA")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcde:AAAA")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef0:AAAA")]
    [InlineData("dolcrypt:AES-256-CTR::AAAA")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdeé:AAAA")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:A")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:AAA")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:AB==")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:AAAA\n")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:AA AA")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:AA-_")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:====")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:AA\0A")]
    public void Malformed_values_are_refused(string value) =>
        Assert.Equal(DolCryptFailure.Malformed, Failure(() => DolCrypt.Decrypt(value, Key)));

    [Fact]
    public void An_IV_need_not_be_hexadecimal() =>
        Assert.Equal(3, DolCrypt.Decrypt("dolcrypt:AES-256-CTR:zzzz ~{}0123/+=!:AAAA", Key).Length);

    [Fact]
    public void An_empty_key_is_refused()
    {
        Assert.Equal(DolCryptFailure.NoKey, Failure(() => DolCrypt.Decrypt(Golden, [])));
        Assert.Equal(DolCryptFailure.NoKey, Failure(() => DolCrypt.Encrypt("text"u8, [])));
        Assert.Equal(DolCryptFailure.NoKey, Failure(() => DolCrypt.Encrypt("text"u8, [], "AES-128-CBC")));
    }

    [Fact]
    public void Nothing_has_no_encrypted_form() => Assert.Throws<ArgumentException>(() => DolCrypt.Encrypt([], Key));

    [Fact]
    public void CBC_tells_blocks_that_are_cut()
    {
        var value = DolCrypt.Encrypt("sixteen bytes...."u8, Key, "AES-256-CBC");
        var cut = Convert.ToBase64String(Convert.FromBase64String(value.Split(':')[3])[..31]);

        Assert.Equal(
            DolCryptFailure.WrongKeyOrDamaged,
            Failure(() => DolCrypt.Decrypt($"dolcrypt:AES-256-CBC:{value.Split(':')[2]}:{cut}", Key))
        );
    }

    [Fact]
    public void Equal_texts_never_look_equal()
    {
        var values = Enumerable.Range(0, 100_000).Select(_ => DolCrypt.Encrypt("text"u8, Key)).ToList();

        Assert.Equal(values.Count, values.Select(value => value.Split(':')[2]).Distinct().Count());
        Assert.NotEqual(values[0].Split(':')[3], values[1].Split(':')[3]);
    }

    private static DolCryptFailure Failure(Func<object> action)
    {
        var error = Assert.Throws<DolCryptException>(action);
        Assert.False(Regex.IsMatch(error.Message, "AAAA|0123456789|84b5bc"), error.Message);
        return error.Failure;
    }
}
