// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Sends a client secret or a refresh token only where it belongs: to the place (origin and client id) where it was first used, or
/// that an administrator consented to, or that the sidecar's own configuration or the catalogue names. Whoever can only write to
/// Dolibarr's database can move a secret to an entry with an address of his own, but not have it sent there.
/// </summary>
internal sealed partial class SecretGuard(
    BindingTable bindings,
    EntryTable entries,
    TokenTable tokens,
    TokenCodec codec,
    EncryptedCopies copies,
    EventTable events,
    ProviderDirectory providers,
    BridgeSeal seal,
    SeenSecrets seen,
    TimeProvider time,
    ILogger<SecretGuard> logger
)
{
    private const string Purpose = "binding";
    private const string OriginPurpose = "binding of an IV"; // of its own: a provider may give any text as a refresh token
    private const int FirstCompany = 1;

    // A notice is repeated once a day while there are such events.
    private static readonly TimeSpan BetweenReports = TimeSpan.FromHours(12);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _reported = new(StringComparer.Ordinal);

    /// <summary>Fails unless the entry's client secret, and the refresh token, may be sent to an endpoint.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="endpoint">Where they are about to be sent.</param>
    /// <param name="kind">Which endpoint of the entry's provider that is.</param>
    /// <param name="grant">The grant whose refresh token is to be sent; null for none.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="BridgeException"><c>secret_rebound</c>: an administrator must consent first. Nothing was sent.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task RequireAsync(
        OAuthEntry entry,
        Uri endpoint,
        ProviderEndpoint kind,
        StoredGrant? grant = null,
        CancellationToken cancellationToken = default
    )
    {
        if (!seal.IsShared)
        {
            return; // without a key in conf.php the database holds every secret in the clear
        }

        var isTrusted = providers.IsTrusted(entry, kind);
        foreach (var secret in Secrets(entry, grant?.RefreshToken))
        {
            var (secretHash, bindingHash) = Hashes(entry, endpoint, secret);
            if (seen.IsKnown(secretHash, bindingHash))
            {
                continue;
            }

            var known = await bindings.ListAsync(secretHash, cancellationToken);
            if (!known.Contains(bindingHash, StringComparer.Ordinal))
            {
                if (
                    !isTrusted
                    && (
                        known.Count > 0
                        || seen.IsKnown(secretHash) // counts even if somebody deletes the rows
                        || await IsCopyAsync(entry, endpoint, secret.IsPassing ? grant : null, cancellationToken)
                    )
                )
                {
                    await ReportAsync(entry, endpoint, bindingHash);
                    throw Rebound(entry, endpoint, secret.Text == grant?.RefreshToken ? "refresh token" : "client secret");
                }

                await bindings.AddAsync(secretHash, bindingHash, Origin(endpoint), cancellationToken);
            }

            seen.Add(secretHash, bindingHash, secret.IsPassing);
        }
    }

    /// <summary>How an administrator allows an entry's new address. An entry for sign-in has no consent.</summary>
    public static string Allowance(string entry) =>
        EntryName.TryParse(entry, out var name) && EntryUseTable.IsSignIn(name)
            ? $"name its token endpoint in bridge.json (Entries:{entry}:{ProviderEndpoint.TokenEndpoint}) and reload the service"
            : "give consent for the entry again: that allows it";

    /// <summary>Allows an endpoint from now on: an administrator consents to it, or it issued the refresh token itself.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task AllowAsync(OAuthEntry entry, Uri endpoint, string? refreshToken = null, CancellationToken cancellationToken = default)
    {
        if (!seal.IsShared)
        {
            return;
        }

        foreach (var secret in Secrets(entry, refreshToken))
        {
            var (secretHash, bindingHash) = Hashes(entry, endpoint, secret);
            if (!seen.IsKnown(secretHash, bindingHash))
            {
                await bindings.AddAsync(secretHash, bindingHash, Origin(endpoint), cancellationToken);
                seen.Add(secretHash, bindingHash, secret.IsPassing);
            }
        }
    }

    /// <summary>Remembers where the refresh token of an answer came from, in place of the one before. It never fails.</summary>
    public async Task NoteIssuedAsync(OAuthEntry entry, Uri endpoint, string? refreshToken, string? replaced = null)
    {
        if (!seal.IsShared || string.IsNullOrEmpty(refreshToken) || refreshToken == replaced)
        {
            return;
        }

        try
        {
            await AllowAsync(entry, endpoint, refreshToken);
            if (!string.IsNullOrEmpty(replaced))
            {
                await bindings.ForgetAsync(seal.Hash(Purpose, replaced)); // not what this machine has seen: some live on for months
            }
        }
        catch (StoreException exception)
        {
            Log.NotNoted(logger, entry.Name.Service, entry.Entity, exception.Message); // its first use will note it
        }
    }

    // A secret that nobody used yet may have been copied from another place: then this one is not the first to have it. What counts is
    // what was decrypted, not what stands in the database by now. It is about the grant's refresh token, else about the client secret.
    private async Task<bool> IsCopyAsync(OAuthEntry entry, Uri endpoint, StoredGrant? grant, CancellationToken cancellationToken)
    {
        var origin = grant is null ? entry.ClientSecretOrigin : DolCrypt.OriginOf(grant.Row.Value);
        var place = grant is null ? SeenSecrets.EntrySettings : seen.PlaceOf(grant.Row, entry);
        if (
            origin is not null
            && (seen.WasElsewhere(origin, place) || await copies.IsSettingAsync(origin, SeenSecrets.EntrySettings, cancellationToken))
        )
        {
            return true;
        }

        var rows = await tokens.ListAsync(cancellationToken);
        foreach (var company in rows.Select(row => row.Entity).Append(entry.Entity).Append(FirstCompany).Distinct())
        {
            foreach (var other in await entries.ListAsync(company, cancellationToken))
            {
                if (
                    GoesElsewhere(entry, endpoint, other)
                    && (
                        (origin is not null && Origins(rows, other).Contains(origin, StringComparer.Ordinal))
                        || RowsOf(rows, other).Any(row => grant?.RefreshToken is { } token && RefreshToken(row) == token)
                    )
                )
                {
                    return true;
                }
            }
        }

        return false;
    }

    // Dolibarr's encryption (AES-CTR) has no authentication: whoever changes a bit of a copy, or moves the counter on by some blocks,
    // makes another secret that still tells the first. Its IV gives a copy away.
    private static IEnumerable<string> Origins(IReadOnlyList<TokenRow> rows, OAuthEntry entry) =>
        RowsOf(rows, entry).Select(static row => DolCrypt.OriginOf(row.Value)).Append(entry.ClientSecretOrigin).OfType<string>();

    private static IEnumerable<TokenRow> RowsOf(IReadOnlyList<TokenRow> rows, OAuthEntry entry) =>
        rows.Where(row => row.Entity == entry.Entity && entry.Name.Owns(row.Service) && !row.HasOwner);

    // Without asking any server: what is not configured or in the catalogue is at the entry's URL.
    private bool GoesElsewhere(OAuthEntry entry, Uri endpoint, OAuthEntry other)
    {
        if (other.ClientId != entry.ClientId)
        {
            return true;
        }

        try
        {
            return providers.IsTrusted(other, ProviderEndpoint.TokenEndpoint)
                ? providers.Find(other, ProviderEndpoint.TokenEndpoint, published: null) is not { } there
                    || Origin(there) != Origin(endpoint)
                : !EndpointUri.AreOfOneServer(other.Url, entry.Url);
        }
        catch (ProviderConfigurationException)
        {
            return true;
        }
    }

    private string? RefreshToken(TokenRow row)
    {
        try
        {
            return string.IsNullOrEmpty(row.Value) ? null : StoredGrant.Decode(row, codec).RefreshToken;
        }
        catch (TokenUnreadableException)
        {
            return null;
        }
    }

    // A client secret counts by itself and by the ciphertext that it was decrypted from.
    private static IEnumerable<(string Purpose, string Text, bool IsPassing)> Secrets(OAuthEntry entry, string? refreshToken)
    {
        if (!string.IsNullOrEmpty(entry.ClientSecret))
        {
            yield return (Purpose, entry.ClientSecret, false);
        }

        if (!string.IsNullOrEmpty(entry.ClientSecretOrigin))
        {
            yield return (OriginPurpose, entry.ClientSecretOrigin, false);
        }

        if (!string.IsNullOrEmpty(refreshToken))
        {
            yield return (Purpose, refreshToken, true);
        }
    }

    private (string SecretHash, string BindingHash) Hashes(
        OAuthEntry entry,
        Uri endpoint,
        (string Purpose, string Text, bool IsPassing) secret
    ) => (seal.Hash(secret.Purpose, secret.Text), seal.Hash(secret.Purpose, $"{secret.Text}\n{Origin(endpoint)}\n{entry.ClientId}"));

    private static string Origin(Uri endpoint) => endpoint.GetLeftPart(UriPartial.Authority);

    // Twice a day for each place: a background renewal comes by every half minute.
    private async Task ReportAsync(OAuthEntry entry, Uri endpoint, string bindingHash)
    {
        var now = time.GetUtcNow();
        if (!_reported.TryGetValue(bindingHash, out var last) || now - last >= BetweenReports)
        {
            _reported[bindingHash] = now;
            Log.Rebound(logger, entry.Name.Service, entry.Entity, Origin(endpoint));
            await events.AppendAsync(GrantKey.Of(entry), EventKind.SecretRebound, Origin(endpoint));
        }
    }

    private static BridgeException Rebound(OAuthEntry entry, Uri endpoint, string what) =>
        new(
            ProblemCode.SecretRebound,
            $"The {what} of {entry.Name} was first used at another address than {Origin(endpoint)}, or with another client id. "
                + $"Nothing was sent there. If the new address is right, {Allowance(entry.Name.ToString())}. "
                + "Otherwise find out who changed the entry."
        );

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "A secret of {Service} (entity {Entity}) was not sent to {Origin}: it was first used elsewhere. An administrator must consent."
        )]
        public static partial void Rebound(ILogger logger, string service, int entity, string origin);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "Where the new refresh token of {Service} (entity {Entity}) came from is not yet noted: {Reason}"
        )]
        public static partial void NotNoted(ILogger logger, string service, int entity, string reason);
    }
}
