// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>
/// The keys of an instance's <c>dolcrypt:</c> values, from conf.php. When conf.php is read again they are replaced in
/// place, so that everything that works with them works with the new ones from then on.
/// </summary>
public sealed class InstanceKeys
{
    private const int FirstReleaseWithCommas = 24;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private volatile Known _known;

    /// <summary>Takes the keys as text; what PHP's <c>empty()</c> holds for empty, as "" and "0", is no key.</summary>
    /// <param name="dolcryptKey"><c>$dolibarr_main_dolcrypt_key</c>.</param>
    /// <param name="instanceUniqueId"><c>$dolibarr_main_instance_unique_id</c>.</param>
    /// <param name="cookieCryptKey"><c>$dolibarr_main_cookie_cryptkey</c>, the name of the former in old installs.</param>
    public InstanceKeys(string? dolcryptKey, string? instanceUniqueId, string? cookieCryptKey)
        : this(Utf8.GetBytes(dolcryptKey ?? ""), Utf8.GetBytes(instanceUniqueId ?? ""), Utf8.GetBytes(cookieCryptKey ?? "")) { }

    /// <summary>Takes the keys as the bytes of conf.php, which OpenSSL gets unchanged in whatever encoding they are.</summary>
    internal InstanceKeys(byte[] dolcryptKey, byte[] instanceUniqueId, byte[] cookieCryptKey) =>
        _known = new Known(dolcryptKey, instanceUniqueId, cookieCryptKey, KeyRule.WholeKey);

    /// <summary>
    /// The keys to try when reading, each once: dolcrypt_key, which releases that know it prefer for reading, then
    /// instance_unique_id, then cookie_cryptkey; each as a whole and in its comma-separated parts, those of the rule first.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Candidates => _known.Candidates;

    /// <summary>The keys that Dolibarr itself tries by <see cref="Rule"/>.</summary>
    public List<ReadOnlyMemory<byte>> ReleaseKeys => _known.ReleaseKeys(_known.Rule);

    /// <summary>
    /// The key to encrypt with, as <c>dolEncrypt</c> chooses by <see cref="Rule"/>: instance_unique_id, else cookie_cryptkey. Null
    /// where conf.php has no key at all; dolcrypt_key where it is the only one.
    /// </summary>
    public ReadOnlyMemory<byte>? WriteKey => _known.WriteKey;

    /// <summary>The whole string that <see cref="WriteKey"/> is taken from, whatever the release; null where there is none.</summary>
    public ReadOnlyMemory<byte>? WholeKey => _known.WholeKey;

    /// <summary>How the installed release takes its key; the whole string until <see cref="FollowRelease"/> says otherwise.</summary>
    public KeyRule Rule => _known.Rule;

    /// <summary>Whether the key has a comma in it, so that releases before 24 and from 24 on understand it differently.</summary>
    public bool HasComma => _known.WholeKey is { } key && key.Span.Contains((byte)',');

    /// <summary>The rule of a release.</summary>
    /// <param name="release">Such as <c>24.0.1</c> or <c>24.0.0-beta</c>; null or empty for an unknown one, taken for an old one.</param>
    public static KeyRule RuleOf(string? release) =>
        int.TryParse((release ?? "").Split('.', '-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
        && major >= FirstReleaseWithCommas
            ? KeyRule.CommaSeparated
            : KeyRule.WholeKey;

    /// <summary>Takes the keys from now on as a release does.</summary>
    /// <param name="release">As for <see cref="RuleOf"/>.</param>
    public void FollowRelease(string? release)
    {
        var (known, rule) = (_known, RuleOf(release));
        if (rule != known.Rule)
        {
            _known = known.With(rule);
        }
    }

    /// <summary>Takes over the keys of a conf.php that was read again; the rule stays.</summary>
    public void ReplaceBy(InstanceKeys newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        _known = newer._known.With(_known.Rule);
    }

    /// <summary>Whether others are the same strings.</summary>
    internal bool HasSameKeysAs(InstanceKeys other) => _known.HasSameStringsAs(other._known);

    /// <summary>The number of keys, and nothing of them.</summary>
    public override string ToString() => $"InstanceKeys ({Candidates.Count})";

    /// <summary>The keys that a release with this rule would try.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> KeysBy(KeyRule rule) => _known.ReleaseKeys(rule);

    /// <summary>The key to write a value under that was read under this one: the same, if the installed release reads it.</summary>
    internal ReadOnlyMemory<byte>? KeyToRewrite(ReadOnlyMemory<byte> read) => Contains(ReleaseKeys, read) ? read : WriteKey;

    /// <summary>Whether a key is among others.</summary>
    internal static bool Contains(IReadOnlyList<ReadOnlyMemory<byte>> keys, ReadOnlyMemory<byte> key) =>
        keys.Any(other => other.Span.SequenceEqual(key.Span));

    private sealed class Known
    {
        private readonly byte[][] _strings;
        private readonly byte[][] _read;

        public bool HasSameStringsAs(Known other) =>
            _strings.Zip(other._strings).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second));

        public Known(byte[] dolcryptKey, byte[] instanceUniqueId, byte[] cookieCryptKey, KeyRule rule)
        {
            _strings = [dolcryptKey, instanceUniqueId, cookieCryptKey];
            Rule = rule;
            var written = Array.Find([instanceUniqueId, cookieCryptKey, dolcryptKey], IsKey);

            // Spelt out: null converts to an empty memory by itself, which is not the same as no key.
            WholeKey = written is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(written);
            WriteKey = written is null ? default(ReadOnlyMemory<byte>?) : Parts(written, rule)[0];
            _read = written is null ? [] : [.. new[] { dolcryptKey }.Where(IsKey), written];
            var other = rule == KeyRule.WholeKey ? KeyRule.CommaSeparated : KeyRule.WholeKey;
            Candidates = Each([.. _strings.SelectMany(key => Parts(key, rule)), .. _strings.SelectMany(key => Parts(key, other))]);
        }

        public KeyRule Rule { get; }

        public IReadOnlyList<ReadOnlyMemory<byte>> Candidates { get; }

        public ReadOnlyMemory<byte>? WriteKey { get; }

        public ReadOnlyMemory<byte>? WholeKey { get; }

        public Known With(KeyRule rule) => new(_strings[0], _strings[1], _strings[2], rule);

        public List<ReadOnlyMemory<byte>> ReleaseKeys(KeyRule rule) => Each(_read.SelectMany(key => Parts(key, rule)));

        private static bool IsKey(byte[] key) => key is not ([] or [(byte)'0']);

        // An empty part is no key: OpenSSL would fill it up with zeros. A string of commas only is its own key.
        private static List<ReadOnlyMemory<byte>> Parts(byte[] key, KeyRule rule)
        {
            if (!IsKey(key))
            {
                return [];
            }

            var parts = new List<ReadOnlyMemory<byte>>();
            foreach (var range in rule == KeyRule.WholeKey ? default : key.AsSpan().Split((byte)','))
            {
                var (start, length) = range.GetOffsetAndLength(key.Length);
                if (length > 0)
                {
                    parts.Add(key.AsMemory(start, length));
                }
            }

            return parts.Count > 0 ? parts : [key];
        }

        private static List<ReadOnlyMemory<byte>> Each(IEnumerable<ReadOnlyMemory<byte>> keys)
        {
            var each = new List<ReadOnlyMemory<byte>>();
            foreach (var key in keys)
            {
                if (!Contains(each, key))
                {
                    each.Add(key);
                }
            }

            return each;
        }
    }
}
