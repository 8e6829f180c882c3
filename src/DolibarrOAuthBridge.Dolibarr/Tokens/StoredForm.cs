// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>The form in which a column holds a value: in the clear (Dolibarr up to 16, or a PHP without openssl) or encrypted.</summary>
public sealed record StoredForm
{
    private StoredForm(string? cipher) => Cipher = cipher;

    /// <summary>In the clear.</summary>
    public static StoredForm Plain { get; } = new((string?)null);

    /// <summary>The OpenSSL name of the cipher, in the spelling the column uses; null where the value is in the clear.</summary>
    public string? Cipher { get; }

    /// <summary>Whether the value is encrypted.</summary>
    public bool IsEncrypted => Cipher is not null;

    /// <summary>Encrypted.</summary>
    /// <param name="cipher">The OpenSSL name of the cipher; Dolibarr's own default unless given.</param>
    public static StoredForm Encrypted(string cipher = DolCrypt.DefaultCipher)
    {
        ArgumentException.ThrowIfNullOrEmpty(cipher);
        return new(cipher);
    }

    /// <summary>The form of a value that is there. An empty one has no form: decide by other rows of the instance.</summary>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    /// <exception cref="DolCryptException">The value claims to be encrypted but names no cipher the bridge knows.</exception>
    public static StoredForm Of(string column)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        return DolCrypt.IsEncrypted(column) ? Encrypted(DolCrypt.CipherOf(column)) : Plain;
    }
}
