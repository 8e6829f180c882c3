// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Tests.Support;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Tokens;

public sealed class TokenCodecTests
{
    private const string Key = "84b5bc91f83b56e458db71e0adac2b62";

    private static readonly StoredToken Token = Samples.Token("an access token", "a refresh token");

    private readonly TokenCodec _codec = new(new InstanceKeys(null, Key, null));

    [Theory]
    [InlineData("dolcrypt")]
    [InlineData("instance")]
    [InlineData("cookie")]
    public void A_row_is_read_with_whichever_key_of_the_instance_fits(string which)
    {
        var codec = new TokenCodec(
            new InstanceKeys(
                which == "dolcrypt" ? Key : "another",
                which == "instance" ? Key : "and another",
                which == "cookie" ? Key : null
            )
        );

        foreach (var cipher in Samples.Ciphers)
        {
            Assert.Equal(Token, codec.Decode(_codec.Encode(Token, StoredForm.Encrypted(cipher))));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void An_empty_column_holds_no_token(string? column) => Unreadable(TokenUnreadableReason.Empty, column);

    [Theory]
    [InlineData("hello")]
    [InlineData("""{"access_token":"x"}""")]
    [InlineData("a:0:{}")]
    [InlineData("N;")]
    [InlineData("O:4:\"Evil\":0:{}")]
    [InlineData("\ud800")]
    public void Something_else_in_the_clear_is_not_a_token(string column) => Unreadable(TokenUnreadableReason.NotAToken, column);

    [Theory]
    [InlineData("hello")]
    [InlineData("O:33:\"OAuth\\OAuth1\\Token\\StdOAuth1Token\":1:{s:14:\"\0*\0accessToken\";N;}")]
    public void Something_else_that_decrypts_is_not_a_token(string text)
    {
        var codec = new TokenCodec(new InstanceKeys("another", Key, "a third"));

        var error = Assert.Throws<TokenUnreadableException>(() => codec.Decode(Encrypt(text)));

        Assert.Equal(TokenUnreadableReason.NotAToken, error.Reason);
    }

    [Fact]
    public void A_wrong_key_is_told_from_every_other_fault()
    {
        foreach (var cipher in Samples.Ciphers)
        {
            for (var i = 0; i < 300; i++)
            {
                var column = new TokenCodec(new InstanceKeys(null, $"other key {i}", null)).Encode(Token, StoredForm.Encrypted(cipher));
                Unreadable(TokenUnreadableReason.WrongKeyOrDamaged, column);
            }
        }
    }

    [Fact]
    public void Without_any_key_the_message_says_so()
    {
        var error = Assert.Throws<TokenUnreadableException>(() =>
            new TokenCodec(new InstanceKeys(null, null, null)).Decode(_codec.Encode(Token, StoredForm.Encrypted()))
        );

        Assert.Equal(TokenUnreadableReason.WrongKeyOrDamaged, error.Reason);
        Assert.Contains("conf.php has no key", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dolcrypt:AES-256-GCM:0123456789abcdef:AAAA", TokenUnreadableReason.UnsupportedCipher)]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef", TokenUnreadableReason.WrongKeyOrDamaged)]
    [InlineData("dolcrypt:", TokenUnreadableReason.WrongKeyOrDamaged)]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:A", TokenUnreadableReason.WrongKeyOrDamaged)]
    public void Damaged_rows_and_unknown_ciphers_are_told_apart(string column, TokenUnreadableReason reason) => Unreadable(reason, column);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(20)]
    public void A_row_that_was_cut_is_damaged(int missing)
    {
        foreach (var cipher in Samples.Ciphers)
        {
            Unreadable(TokenUnreadableReason.WrongKeyOrDamaged, _codec.Encode(Token, StoredForm.Encrypted(cipher))[..^missing]);
        }

        Unreadable(TokenUnreadableReason.WrongKeyOrDamaged, _codec.Encode(Token, StoredForm.Plain)[..^missing]);
    }

    // Without a MAC a change within a text cannot be told; one anywhere else is.
    [Fact]
    public void Every_single_flipped_bit_of_a_row_is_an_error_or_gives_a_well_formed_token()
    {
        foreach (var cipher in (string[])["AES-256-CTR", "AES-256-CBC"])
        {
            var column = _codec.Encode(Token, StoredForm.Encrypted(cipher)).ToCharArray();
            for (var bit = 0; bit < column.Length * 7; bit++)
            {
                column[bit / 7] ^= (char)(1 << (bit % 7));
                try
                {
                    var token = _codec.Decode(new string(column));
                    Assert.Matches("^-?[0-9]{9,10}$", token.EndOfLife.Value.ToString(CultureInfo.InvariantCulture));
                    Assert.Equal(token, _codec.Decode(_codec.Encode(token, StoredForm.Encrypted(cipher))));
                }
                catch (TokenUnreadableException error)
                {
                    Assert.DoesNotContain("an access token", error.ToString(), StringComparison.Ordinal);
                }

                column[bit / 7] ^= (char)(1 << (bit % 7));
            }
        }
    }

    [Fact]
    public void A_token_that_Dolibarr_would_take_for_encrypted_is_not_stored()
    {
        foreach (var form in (StoredForm[])[StoredForm.Plain, StoredForm.Encrypted()])
        {
            Assert.Throws<NotStorableException>(() => _codec.Encode(Samples.Token(access: "dolcrypt:a:b"), form));
            Assert.Throws<NotStorableException>(() => _codec.Encode(Samples.Token(refresh: "dolcrypt:a:b"), form));
        }

        Assert.Throws<NotStorableException>(() => _codec.EncryptText("dolcrypt:a:b"));
    }

    [Fact]
    public void What_was_encrypted_is_never_written_in_the_clear_for_want_of_a_key()
    {
        var codec = new TokenCodec(new InstanceKeys("", "0", null));

        Assert.Throws<NotStorableException>(() => codec.Encode(Token, StoredForm.Encrypted()));
        Assert.Throws<NotStorableException>(() => codec.EncryptText("secret"));
        Assert.Equal(Token, codec.Decode(codec.Encode(Token, StoredForm.Plain)));
    }

    [Fact]
    public void A_token_that_has_no_serialized_form_is_not_stored()
    {
        var error = Assert.Throws<NotStorableException>(() => _codec.Encode(Samples.Token(access: "secret\ud800"), StoredForm.Plain));

        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_form_of_a_row_is_that_of_its_value()
    {
        Assert.Equal(StoredForm.Encrypted("aes-128-ctr"), StoredForm.Of(_codec.Encode(Token, StoredForm.Encrypted("aes-128-ctr"))));
        Assert.Equal(StoredForm.Plain, StoredForm.Of(_codec.Encode(Token, StoredForm.Plain)));
        Assert.Throws<ArgumentException>(() => StoredForm.Of(""));
        Assert.Throws<DolCryptException>(() => StoredForm.Of("dolcrypt:rot13:0123456789abcdef:AAAA"));
    }

    [Theory]
    [InlineData("a client secret")]
    [InlineData("clé 漢 😀")]
    [InlineData("-----BEGIN PRIVATE KEY-----\r\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("")]
    public void Secrets_come_back(string secret)
    {
        var stored = _codec.EncryptText(secret);

        Assert.Equal(secret.Length > 0, DolCrypt.IsEncrypted(stored));
        Assert.Equal(secret, _codec.DecryptText(stored));
        Assert.Equal(secret, _codec.DecryptText(secret));
    }

    [Fact]
    public void A_secret_under_another_key_is_an_error()
    {
        for (var i = 0; i < 300; i++)
        {
            var stored = new TokenCodec(new InstanceKeys(null, $"other key {i}", null)).EncryptText("a client secret of usual length");
            Assert.Contains(
                "restored without its conf.php",
                Assert.Throws<SecretUnreadableException>(() => _codec.DecryptText(stored)).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Theory]
    [InlineData("dolcrypt:AES-256-GCM:0123456789abcdef:AAAA")]
    [InlineData("dolcrypt:AES-256-CTR:0123456789abcdef:A")]
    [InlineData("dolcrypt:")]
    public void A_malformed_secret_is_an_error(string stored) => Assert.Throws<SecretUnreadableException>(() => _codec.DecryptText(stored));

    private static string Encrypt(string text) => DolCrypt.Encrypt(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(Key));

    private void Unreadable(TokenUnreadableReason reason, string? column)
    {
        var error = Assert.Throws<TokenUnreadableException>(() => _codec.Decode(column));
        Assert.Equal(reason, error.Reason);
        Assert.DoesNotContain("an access token", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("23.0.0", "aaaa,bbbb", null, "aaaa,bbbb", "aaaa,bbbb")]
    [InlineData("23.0.0", "aaaa,bbbb", null, "aaaa", "aaaa,bbbb")] // 24 wrote it before somebody went back to 23
    [InlineData("24.0.0", "aaaa,bbbb", null, "aaaa,bbbb", "aaaa")]
    [InlineData("24.0.0", "aaaa,bbbb", null, "bbbb", "bbbb")]
    [InlineData("24.0.0", "aaaa,bbbb", null, "aaaa", "aaaa")]
    [InlineData("22.0.4", "aaaa", "dddd", "dddd", "dddd")]
    [InlineData("22.0.4", "aaaa", "dddd", "aaaa", "aaaa")]
    public void A_token_written_over_another_is_under_a_key_that_the_installed_release_reads(
        string release,
        string uniqueId,
        string? dolcryptKey,
        string writtenUnder,
        string rewrittenUnder
    )
    {
        var codec = new TokenCodec(new InstanceKeys(dolcryptKey, uniqueId, null));
        codec.FollowRelease(release);
        var column = new TokenCodec(new InstanceKeys(null, writtenUnder, null)).Encode(Token, StoredForm.Encrypted("aes-128-ctr"));

        Assert.Equal(Token, codec.Decode(column));
        var rewritten = codec.Rewrite(Token, column, Schema("state"));

        Assert.StartsWith("dolcrypt:aes-128-ctr:", rewritten, StringComparison.Ordinal);
        var plaintext = DolCrypt.Decrypt(rewritten, Encoding.UTF8.GetBytes(rewrittenUnder));
        Assert.StartsWith("O:33:", Encoding.UTF8.GetString(plaintext), StringComparison.Ordinal);
        Assert.True(codec.CanRead(rewritten, InstanceKeys.RuleOf(release)));
    }

    [Theory]
    [InlineData("state", true, "dolcrypt:AES-256-CTR:")]
    [InlineData("state", false, "O:33:")] // no key
    [InlineData("datec", true, "O:33:")] // up to 16
    public void A_token_in_the_clear_is_encrypted_when_it_is_written_over_where_dolibarr_reads_that(
        string column,
        bool hasKey,
        string start
    )
    {
        var codec = hasKey ? _codec : new TokenCodec(new InstanceKeys(null, null, null));
        var inTheClear = codec.Encode(Token, StoredForm.Plain);

        var rewritten = codec.Rewrite(Token, inTheClear, Schema(column));

        Assert.StartsWith(start, rewritten, StringComparison.Ordinal);
        Assert.Equal(Token, codec.Decode(rewritten));
    }

    [Fact]
    public void Other_prefixes_of_dolDecrypt_are_read_and_kept()
    {
        var column = _codec.Encode(Token, StoredForm.Encrypted()).Replace("dolcrypt:", "dolother:", StringComparison.Ordinal);

        Assert.Equal(Token, _codec.Decode(column));
        Assert.True(DolCrypt.IsEncrypted(column));
        Assert.False(DolCrypt.IsEncrypted("dolphin: a fish: no"));
        var changed = new KeyChange(new InstanceKeys(null, Key, null), new InstanceKeys(null, "another key", null)).Change(column);
        Assert.StartsWith("dolother:AES-256-CTR:", changed, StringComparison.Ordinal);
    }

    private static TokenTableSchema Schema(string column) => new([new TokenColumn(column, null, null)]);
}
