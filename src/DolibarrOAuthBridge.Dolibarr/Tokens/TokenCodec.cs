// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Php;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// Column values of Dolibarr's tables to tokens and secrets and back, with the keys of one instance. Every key is tried
/// and what parses is kept, as the encryption itself cannot tell a wrong key.
/// </summary>
public sealed class TokenCodec(InstanceKeys keys)
{
    private const string KeyAdvice =
        "The usual cause is a database restored without its conf.php: put back the old $dolibarr_main_instance_unique_id";

    private const string RestoreAdvice = "Restore the row from a backup, or give consent again.";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether this Dolibarr has a key to encrypt with.</summary>
    public bool CanEncrypt => keys.WriteKey is { Length: > 0 };

    /// <summary>Reads the value of <c>llx_oauth_token.token</c>, encrypted or in the clear.</summary>
    /// <exception cref="TokenUnreadableException">There is no token in it, or none that the instance's keys open.</exception>
    public StoredToken Decode(string? column)
    {
        if (string.IsNullOrEmpty(column))
        {
            throw new TokenUnreadableException(TokenUnreadableReason.Empty, "There is no token in this row.", "Give consent.");
        }

        return DolCrypt.IsEncrypted(column) ? DecodeEncrypted(column) : DecodePlain(column);
    }

    /// <summary>Writes a token for <c>llx_oauth_token.token</c>.</summary>
    /// <param name="token">The token.</param>
    /// <param name="form">The form the row, or for a new row the instance, uses already.</param>
    /// <exception cref="NotStorableException">Dolibarr could not read the value back, or there is no key to encrypt it with.</exception>
    /// <exception cref="DolCryptException">The form's cipher is unsupported.</exception>
    public string Encode(StoredToken token, StoredForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        var serialized = Serialize(token);
        return form.Cipher is { } cipher ? DolCrypt.Encrypt(serialized, WriteKey(), cipher) : Utf8.GetString(serialized);
    }

    /// <summary>
    /// The form of a new value, and of one in the place of a value in the clear: encrypted wherever Dolibarr reads that. Otherwise
    /// whoever writes to the database could put a row there in the clear, and read what is stored in its place.
    /// </summary>
    public StoredForm FormOfNew(TokenTableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return CanEncrypt && schema.HoldsEncrypted ? StoredForm.Encrypted() : StoredForm.Plain;
    }

    /// <summary>
    /// Writes a token in the place of a value that is there: with its cipher, and under its key where the installed release reads that.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="column">The value that is there; not empty.</param>
    /// <param name="schema">The table's columns.</param>
    /// <exception cref="NotStorableException">Dolibarr could not read the value back, or there is no key to encrypt it with.</exception>
    /// <exception cref="DolCryptException">The value's cipher is unsupported.</exception>
    public string Rewrite(StoredToken token, string column, TokenTableSchema schema)
    {
        var form = StoredForm.Of(column);
        return form.Cipher is not { } cipher ? Encode(token, FormOfNew(schema))
            : PlainText.TryDecryptAny(column, keys.Candidates, out var read) is not null && keys.KeyToRewrite(read) is { } key
                ? DolCrypt.Encrypt(Serialize(token), key.Span, cipher)
            : Encode(token, form);
    }

    private static byte[] Serialize(StoredToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        RefuseEncryptedLook(token.AccessToken);
        RefuseEncryptedLook(token.RefreshToken);
        try
        {
            return StoredTokenFormat.Serialize(token);
        }
        catch (PhpFormatException exception)
        {
            throw new NotStorableException($"The provider's answer cannot be stored in Dolibarr's format: {exception.Reason}.", exception);
        }
    }

    /// <summary>Reads a value of <c>llx_const</c>: decrypted if it is encrypted, else as it is.</summary>
    /// <exception cref="SecretUnreadableException">The value is encrypted, but no key of the instance gives text.</exception>
    public string DecryptText(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!DolCrypt.IsEncrypted(value))
        {
            return value;
        }

        try
        {
            return PlainText.TryDecrypt(value, keys)
                ?? throw new SecretUnreadableException(
                    $"The secret does not decrypt with the key in conf.php. {KeyAdvice}, or enter the secret again."
                );
        }
        catch (DolCryptException exception)
        {
            throw new SecretUnreadableException($"The secret cannot be decrypted. {exception.Message} Enter it again.", exception);
        }
    }

    /// <summary>
    /// Whether a value of any table and owner can be read: it is in the clear, or a key of the instance gives text or a
    /// serialized object.
    /// </summary>
    public bool CanRead(string value) => CanRead(value, keys.Candidates);

    /// <summary>As <see cref="CanRead(string)"/>, by Dolibarr itself in a release with the given rule.</summary>
    public bool CanRead(string value, KeyRule rule) => CanRead(value, keys.KeysBy(rule));

    /// <summary>Takes the keys from now on as the installed release does.</summary>
    /// <param name="release">Such as <c>24.0.1</c>; null or empty where it is unknown.</param>
    public void FollowRelease(string? release) => keys.FollowRelease(release);

    private static bool CanRead(string value, IReadOnlyList<ReadOnlyMemory<byte>> keys)
    {
        ArgumentNullException.ThrowIfNull(value);
        try
        {
            return !DolCrypt.IsEncrypted(value) || PlainText.TryDecryptAny(value, keys) is not null;
        }
        catch (DolCryptException)
        {
            return false;
        }
    }

    /// <summary>Encrypts a value for <c>llx_const</c> as Dolibarr does; empty text stays empty.</summary>
    /// <exception cref="NotStorableException">Dolibarr could not read the value back, or there is no key to encrypt it with.</exception>
    public string EncryptText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        RefuseEncryptedLook(text);
        try
        {
            return text.Length == 0 ? "" : DolCrypt.Encrypt(Utf8.GetBytes(text), WriteKey());
        }
        catch (EncoderFallbackException)
        {
            // Without the inner exception: it quotes the character.
            throw new NotStorableException("The secret holds text that is not Unicode.");
        }
    }

    private static StoredToken DecodePlain(string column)
    {
        try
        {
            return Parse(Utf8.GetBytes(column));
        }
        catch (EncoderFallbackException)
        {
            throw NotAToken(null);
        }
        catch (PhpFormatException exception)
        {
            throw NotAToken(exception);
        }
    }

    private StoredToken DecodeEncrypted(string column)
    {
        Exception? cause = null;
        foreach (var key in keys.Candidates)
        {
            byte[] plaintext;
            try
            {
                plaintext = DolCrypt.Decrypt(column, key.Span);
            }
            catch (DolCryptException exception) when (exception.Failure == DolCryptFailure.WrongKeyOrDamaged)
            {
                cause = exception;
                continue;
            }
            catch (DolCryptException exception)
            {
                throw exception.Failure == DolCryptFailure.UnsupportedCipher
                    ? new TokenUnreadableException(
                        TokenUnreadableReason.UnsupportedCipher,
                        $"The token cannot be decrypted. {exception.Message}",
                        "Give consent again; what wrote this row is not Dolibarr's own code.",
                        exception
                    )
                    : new TokenUnreadableException(
                        TokenUnreadableReason.WrongKeyOrDamaged,
                        $"The token is damaged. {exception.Message}",
                        RestoreAdvice,
                        exception
                    );
            }

            try
            {
                return Parse(plaintext);
            }
            catch (PhpFormatException exception)
            {
                // Readable, so this key is the right one and no other will do better.
                if (PlainText.TryRead(Array.FindAll(plaintext, b => b != 0)) is not null)
                {
                    throw NotAToken(exception);
                }

                cause = exception;
            }
        }

        throw new TokenUnreadableException(
            TokenUnreadableReason.WrongKeyOrDamaged,
            keys.Candidates.Count == 0
                ? "The token is encrypted, but conf.php has no key."
                : "The value does not decrypt with the key in conf.php.",
            keys.Candidates.Count == 0
                ? "Put back $dolibarr_main_instance_unique_id or give consent again."
                : $"{KeyAdvice} or give consent again.",
            cause
        );
    }

    // What starts as a token but does not parse is damaged; PHP would give up on it as well.
    private static StoredToken Parse(byte[] serialized)
    {
        try
        {
            return StoredTokenFormat.Parse(serialized);
        }
        catch (PhpFormatException exception) when (serialized.AsSpan().StartsWith(StoredTokenFormat.Start))
        {
            throw new TokenUnreadableException(
                TokenUnreadableReason.WrongKeyOrDamaged,
                $"The token is damaged: {exception.Message}.",
                RestoreAdvice,
                exception
            );
        }
    }

    private static TokenUnreadableException NotAToken(PhpFormatException? exception) =>
        new(
            TokenUnreadableReason.NotAToken,
            "The row does not hold an OAuth 2 token in Dolibarr's format.",
            "Another program may have written it; give consent again if it is meant to be one.",
            exception
        );

    // dolEncrypt() leaves what looks encrypted as it is, and dolDecrypt() would turn it into garbage.
    private static void RefuseEncryptedLook(string? value)
    {
        if (value is not null && DolCrypt.IsEncrypted(value))
        {
            throw new NotStorableException($"The value starts with \"{DolCrypt.Prefix}\", which Dolibarr takes for its own encryption.");
        }
    }

    private ReadOnlySpan<byte> WriteKey() =>
        (
            keys.WriteKey
            ?? throw new NotStorableException(
                "conf.php has no key to encrypt with, and the bridge does not store in the clear what was encrypted. Set "
                    + "$dolibarr_main_instance_unique_id."
            )
        ).Span;
}
