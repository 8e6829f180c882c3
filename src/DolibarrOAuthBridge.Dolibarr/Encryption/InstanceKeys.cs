// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>
/// The keys of an instance's <c>dolcrypt:</c> values, from conf.php. When conf.php is read again they are replaced in
/// place, so that everything that works with them works with the new ones from then on.
/// </summary>
public sealed class InstanceKeys
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private volatile Known _known;

    /// <summary>Takes the keys as text; what PHP's <c>empty()</c> holds for empty, as "" and "0", is no key.</summary>
    /// <param name="dolcryptKey"><c>$dolibarr_main_dolcrypt_key</c>.</param>
    /// <param name="instanceUniqueId"><c>$dolibarr_main_instance_unique_id</c>.</param>
    /// <param name="cookieCryptKey"><c>$dolibarr_main_cookie_cryptkey</c>, the name of the former in old installs.</param>
    public InstanceKeys(string? dolcryptKey, string? instanceUniqueId, string? cookieCryptKey)
        : this(Utf8.GetBytes(dolcryptKey ?? ""), Utf8.GetBytes(instanceUniqueId ?? ""), Utf8.GetBytes(cookieCryptKey ?? "")) { }

    /// <summary>Takes the keys as the bytes of conf.php, which OpenSSL gets unchanged in whatever encoding they are.</summary>
    internal InstanceKeys(byte[] dolcryptKey, byte[] instanceUniqueId, byte[] cookieCryptKey)
    {
        var candidates = new List<ReadOnlyMemory<byte>>();
        foreach (var key in (byte[][])[dolcryptKey, instanceUniqueId, cookieCryptKey])
        {
            if (IsKey(key) && !candidates.Exists(other => other.Span.SequenceEqual(key)))
            {
                candidates.Add(key);
            }
        }

        // Spelt out: null converts to an empty memory by itself, which is not the same as no key.
        _known = new Known(
            candidates,
            Array.Find([instanceUniqueId, cookieCryptKey, dolcryptKey], IsKey) is { } writeKey
                ? new ReadOnlyMemory<byte>(writeKey)
                : default(ReadOnlyMemory<byte>?)
        );
    }

    /// <summary>
    /// The keys to try when reading, each once: dolcrypt_key, which releases that know it prefer for reading, then
    /// instance_unique_id, then cookie_cryptkey.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Candidates => _known.Candidates;

    /// <summary>
    /// The key to encrypt with, as <c>dolEncrypt</c> chooses: instance_unique_id, else cookie_cryptkey. Null where conf.php
    /// has no key at all; dolcrypt_key where it is the only one.
    /// </summary>
    public ReadOnlyMemory<byte>? WriteKey => _known.WriteKey;

    /// <summary>Takes over the keys of a conf.php that was read again.</summary>
    public void ReplaceBy(InstanceKeys newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        _known = newer._known;
    }

    /// <summary>The number of keys, and nothing of them.</summary>
    public override string ToString() => $"InstanceKeys ({Candidates.Count})";

    private static bool IsKey(byte[] key) => key is not ([] or [(byte)'0']);

    private sealed record Known(IReadOnlyList<ReadOnlyMemory<byte>> Candidates, ReadOnlyMemory<byte>? WriteKey);
}
