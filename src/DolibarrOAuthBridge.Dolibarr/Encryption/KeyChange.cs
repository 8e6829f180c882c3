// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>
/// The change of an instance's encryption key, value by value. The encryption cannot tell a wrong key, so a value counts
/// as read where it gives text, or the bytes of a serialized PHP object, under a key.
/// </summary>
public sealed class KeyChange
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _old;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _new;
    private readonly byte[] _writeKey;

    /// <summary>Prepares a change.</summary>
    /// <param name="oldKeys">The keys of the conf.php in use. A value may be under any of them, whatever the release.</param>
    /// <param name="newKeys">
    /// The keys of the conf.php that takes its place, by the rule of the release that is to read them.
    /// </param>
    /// <exception cref="ArgumentException">The new conf.php has no key.</exception>
    public KeyChange(InstanceKeys oldKeys, InstanceKeys newKeys)
    {
        ArgumentNullException.ThrowIfNull(oldKeys);
        ArgumentNullException.ThrowIfNull(newKeys);
        NewKeys = newKeys;
        _writeKey = newKeys.WriteKey is { } key ? key.ToArray() : throw new ArgumentException("There is no new key.", nameof(newKeys));
        _new = newKeys.ReleaseKeys;
        _old = [.. oldKeys.Candidates.Where(old => !InstanceKeys.Contains(_new, old))];
        // A key with commas that stays as it is: what older releases wrote is under the whole string, which the newer ones do not try.
        IsNone =
            oldKeys.WriteKey is { } former
            && former.Span.SequenceEqual(_writeKey)
            && !(oldKeys.WholeKey is { } whole && InstanceKeys.Contains(_old, whole) && !Used(whole.Span).SequenceEqual(Used(_writeKey)));
    }

    /// <summary>The keys that take the place of the old ones.</summary>
    public InstanceKeys NewKeys { get; }

    /// <summary>
    /// Whether both sides encrypt with the same key, and the new one reads what the old one wrote in any release, so that there is nothing
    /// to do.
    /// </summary>
    public bool IsNone { get; }

    // AES-256 takes no more of a key.
    private static ReadOnlySpan<byte> Used(ReadOnlySpan<byte> key) => key[..Math.Min(key.Length, 32)];

    /// <summary>What a stored value is before the change.</summary>
    public KeyChangeVerdict Judge(string value)
    {
        try
        {
            DolCrypt.CipherOf(value);
            return (PlainText.TryDecryptAny(value, _old) is not null, PlainText.TryDecryptAny(value, _new) is not null) switch
            {
                (true, false) => KeyChangeVerdict.OldKey,
                (false, true) => KeyChangeVerdict.NewKey,
                (true, true) => KeyChangeVerdict.EitherKey,
                _ => KeyChangeVerdict.Undecodable,
            };
        }
        catch (DolCryptException)
        {
            return KeyChangeVerdict.Undecodable;
        }
    }

    /// <summary>The value under the new key, with the cipher and the IV it had. Its length is the same.</summary>
    /// <exception cref="DolCryptException">It does not decrypt with an old key.</exception>
    public string Change(string value)
    {
        var plaintext = PlainText.TryDecryptAny(value, _old)
            ?? throw new DolCryptException(DolCryptFailure.WrongKeyOrDamaged, "The value does not decrypt with the old key.");
        try
        {
            return DolCrypt.EncryptAnew(value, plaintext, _writeKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>Whether a stored value, as Dolibarr reads it with the new keys, is what the old value was with the old ones.</summary>
    public bool IsSame(string oldValue, string newValue)
    {
        try
        {
            return PlainText.TryDecryptAny(oldValue, _old) is { } before
                && PlainText.TryDecryptAny(newValue, _new) is { } after
                && before.AsSpan().SequenceEqual(after);
        }
        catch (DolCryptException)
        {
            return false;
        }
    }
}
