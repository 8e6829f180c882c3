// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// What this machine has seen of secrets: where each may be sent, and at which place of Dolibarr's tables each encrypted value was first.
/// Whoever writes to the database can delete what stands there, and move a value, but not change what is remembered here.
/// </summary>
internal sealed class SeenSecrets(BridgeOptions options, EncryptedCopies copies, ProviderDirectory providers, TimeProvider time)
{
    /// <summary>The settings of all entries, which count as one place, as each client secret has bindings.</summary>
    public const string EntrySettings = "OAUTH_*";

    private const int Most = 100_000;
    private const int MostRows = 200_000; // a row has a new IV with each refresh: 40 entries for half a year

    private static readonly TimeSpan RowsKeptFor = TimeSpan.FromDays(180);

    // Whoever writes to the database can fill the last two with values of his own, and so makes this machine forget nothing.
    private readonly SeenPairs _clientSecrets = new(options, "bindings.seen", Most, TimeSpan.MaxValue, time);
    private readonly SeenPairs _refreshTokens = new(options, "tokens.seen", Most, TimeSpan.Zero, time);
    private readonly SeenPairs _settings = new(options, "settings.seen", Most, TimeSpan.MaxValue, time);
    private readonly SeenPairs _rows = new(options, "rows.seen", MostRows, RowsKeptFor, time);

    /// <summary>Whether a secret was ever used.</summary>
    /// <param name="secretHash">Its keyed hash.</param>
    public bool IsKnown(string secretHash) => _clientSecrets.Knows(secretHash) || _refreshTokens.Knows(secretHash);

    /// <summary>Whether a secret may be sent to a place.</summary>
    /// <param name="secretHash">Its keyed hash.</param>
    /// <param name="bindingHash">The keyed hash of it and the place.</param>
    public bool IsKnown(string secretHash, string bindingHash) =>
        _clientSecrets.Knows(secretHash, bindingHash) || _refreshTokens.Knows(secretHash, bindingHash);

    /// <summary>Remembers that a secret may be sent to a place.</summary>
    /// <param name="secretHash">Its keyed hash.</param>
    /// <param name="bindingHash">The keyed hash of it and the place.</param>
    /// <param name="isPassing">Whether it is a refresh token, which the next one replaces.</param>
    public void Add(string secretHash, string bindingHash, bool isPassing) =>
        (isPassing ? _refreshTokens : _clientSecrets).Add(secretHash, bindingHash);

    /// <summary>Whether an encrypted value was first seen at another place, or may have been.</summary>
    /// <param name="origin">The start of its IV (<see cref="DolCrypt.OriginOf"/>).</param>
    /// <param name="place">
    /// Where it is now: a setting's name, <see cref="EntrySettings"/> or <see cref="PlaceOf(TokenRow, OAuthEntry?)"/>.
    /// </param>
    public bool WasElsewhere(string origin, string place)
    {
        var (subject, here) = (OriginHash(origin), PlaceHash(origin, place));
        return _settings.Knows(subject) || _rows.Knows(subject)
            ? !_settings.Knows(subject, here) && !_rows.Knows(subject, here)
            : _settings.IsIncomplete || _rows.IsIncomplete;
    }

    /// <summary>Remembers where each encrypted setting is: one that is elsewhere later was moved there.</summary>
    public async Task NoteSettingsAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var (name, origin) in await copies.ListSettingsAsync(cancellationToken))
            {
                NoteFirst(_settings, origin, PlaceOf(name));
            }
        }
        catch (StoreException)
        {
            // An account that may not see them, for example: no token may wait for that.
        }
    }

    /// <summary>Remembers where each encrypted row of a company is.</summary>
    /// <param name="rows">The company's rows of the token table.</param>
    /// <param name="entries">Its entries.</param>
    public void NoteRows(IEnumerable<TokenRow> rows, IReadOnlyList<OAuthEntry> entries)
    {
        var byRow = entries.DistinctBy(static entry => entry.Name.RowKey).ToDictionary(static entry => entry.Name.RowKey);
        foreach (var row in rows)
        {
            if (DolCrypt.OriginOf(row.Value) is { } origin)
            {
                NoteFirst(_rows, origin, PlaceOf(row, byRow.GetValueOrDefault(AsciiName.Fold(row.Service ?? string.Empty))));
            }
        }
    }

    /// <summary>
    /// The place of a token: its service and company, and the server and client of its entry if they come from the database: a changed
    /// bit makes another refresh token, but not another place.
    /// </summary>
    public string PlaceOf(TokenRow row, OAuthEntry? entry)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"token {row.Service?.ToLowerInvariant()} {row.Entity}");
        if (entry is null || providers.IsTrusted(entry, ProviderEndpoint.TokenEndpoint))
        {
            return place;
        }

        var server = Uri.TryCreate(entry.Url, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : entry.Url;
        return $"{place}\n{server}\n{entry.ClientId}";
    }

    private static string PlaceOf(string name) => name.StartsWith("OAUTH_", StringComparison.OrdinalIgnoreCase) ? EntrySettings : name;

    // At its first place only. One that stays there is noted again now and then, so that it is not forgotten.
    private void NoteFirst(SeenPairs pairs, string origin, string place)
    {
        var (subject, here) = (OriginHash(origin), PlaceHash(origin, place));
        if (pairs.Knows(subject, here) || !(_settings.Knows(subject) || _rows.Knows(subject)))
        {
            pairs.Add(subject, here);
        }
    }

    // Not keyed: IVs and names are no secrets.
    private static string OriginHash(string origin) => Hash($"origin\n{origin}");

    private static string PlaceHash(string origin, string place) => Hash($"place\n{origin}\n{place}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
