// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// The refreshes that stock Dolibarr code asks for (RFC 6749, section 6), answered from the broker, so that they share its
/// single flight. Client id, client secret and refresh token of a known entry are what authenticates the caller.
/// </summary>
#pragma warning disable CA1001 // a semaphore without a wait handle holds nothing to be disposed of
internal sealed class StockRefresh(
    EntryDirectory entries,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    SupersededTable superseded,
    RememberedToken remembered,
    BridgeSeal seal,
    EventTable events,
    TokenBroker broker,
    BridgeOptions options,
    TimeProvider time
)
#pragma warning restore CA1001
{
    /// <summary>
    /// How long a refresh token is still honoured after a newer one replaced it: stock code that read the row just before comes with the
    /// old one. Later nobody honest has it.
    /// </summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan BetweenReports = TimeSpan.FromHours(1);

    private const int FewEntries = 20; // above, one statement for all rows is less work than one each

    // Anybody on this machine may ask, right or wrong: the database's other connections are for callers with the API key.
    private const int MostLookUps = 4;
    private static readonly TimeSpan LongestQueue = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _lookUps = new(MostLookUps);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _reported = new(StringComparer.Ordinal);

    /// <summary>The entry whose credentials these are. No row is read before client id and secret are right.</summary>
    /// <param name="clientId">The client identifier.</param>
    /// <param name="clientSecret">The client secret.</param>
    /// <param name="refreshToken">The grant's refresh token, or one before it.</param>
    /// <param name="entity">The company; null to look in all.</param>
    /// <param name="cancellationToken">Ends the caller's wait.</param>
    /// <returns>Null where client id and secret belong to no entry.</returns>
    /// <exception cref="StockGrantUnknownException">The client is known; the refresh token is not, or was replaced more than
    /// <see cref="Grace"/> ago.</exception>
    /// <exception cref="BridgeException">So many ask that it was not looked up within five seconds.</exception>
    public async Task<OAuthEntry?> FindEntryAsync(
        string clientId,
        string clientSecret,
        string refreshToken,
        int? entity,
        CancellationToken cancellationToken = default
    )
    {
        if (!await _lookUps.WaitAsync(LongestQueue, cancellationToken))
        {
            throw new BridgeException(ProblemCode.TooManyRequests, "Too many refreshes are asked for at once.", TimeSpan.FromSeconds(1));
        }

        try
        {
            return await LookUpAsync(clientId, clientSecret, refreshToken, entity, cancellationToken);
        }
        finally
        {
            _lookUps.Release();
        }
    }

    private async Task<OAuthEntry?> LookUpAsync(
        string clientId,
        string clientSecret,
        string refreshToken,
        int? entity,
        CancellationToken cancellationToken
    )
    {
        var known = await entries.FindByClientAsync(clientId, clientSecret, cancellationToken);
        var candidates = known.Where(entry => entity is null || entry.Entity == entity).ToList();
        if (candidates.Count == 0)
        {
            return null;
        }

        var hash = SecretHash.Of(refreshToken)!;
        var all = candidates.Count > FewEntries ? new TokenRows(await tokens.ListAsync(cancellationToken)) : null;
        var records = candidates.Count > FewEntries ? await grants.ListAllAsync(cancellationToken) : null;
        foreach (var entry in candidates)
        {
            var lookup = all?.Find(entry.Name, entry.Entity) ?? await tokens.FindAsync(entry.Name, entry.Entity, cancellationToken);
            if (lookup.Rows.Count == 0)
            {
                continue;
            }

            if (lookup.Rows.Any(row => Holds(row, hash)))
            {
                return entry;
            }

            var key = GrantKey.Of(entry);
            var record = records is null
                ? await grants.GetAsync(key, cancellationToken)
                : records.GetValueOrDefault(key) ?? new GrantRecord();
            if (await IsOursAsync(key, record, refreshToken, cancellationToken))
            {
                return entry;
            }

            if (await superseded.ContainsAsync(record, hash, cancellationToken))
            {
                throw await IsWithinGraceAsync(record, hash, cancellationToken)
                    ? new StockGrantUnknownException() // replaced by a consent, or somebody wrote the hash there
                    : await RefuseAsync(key, hash, cancellationToken);
            }
        }

        throw new StockGrantUnknownException();
    }

    /// <summary>
    /// The entry's grant with a fresh access token. Client secret, row and hashes lie in a database that others may write to, so what
    /// the caller sent must be the refresh token of the very grant that it gets, or one that the bridge itself replaced by that.
    /// </summary>
    /// <exception cref="BridgeException">The grant cannot be refreshed.</exception>
    /// <exception cref="StockGrantUnknownException">It is another grant than that of the refresh token.</exception>
    public async Task<StoredGrant> RedeemAsync(
        OAuthEntry entry,
        string refreshToken,
        string? caller = null,
        CancellationToken cancellationToken = default
    )
    {
        var grant = await broker.GetGrantAsync(entry, options.RenewAhead, caller, cancellationToken);
        if (await MayHaveAsync(entry, refreshToken, grant, cancellationToken))
        {
            return grant;
        }

        if (grant.RefreshToken is null)
        {
            // Stock code lost it from the row; the refresh heals that.
            await broker.RefreshAsync(entry.Name.ToString(), entry.Entity, cancellationToken: cancellationToken);
            grant = await broker.GetGrantAsync(entry, options.RenewAhead, caller, cancellationToken);
            if (await MayHaveAsync(entry, refreshToken, grant, cancellationToken))
            {
                return grant;
            }
        }

        throw new StockGrantUnknownException();
    }

    private async Task<bool> MayHaveAsync(OAuthEntry entry, string refreshToken, StoredGrant grant, CancellationToken cancellationToken)
    {
        if (!seal.IsShared || (grant.RefreshToken is { } held && SecretHash.AreEqual(held, refreshToken)))
        {
            return true;
        }

        var key = GrantKey.Of(entry);
        var record = await grants.GetAsync(key, cancellationToken);
        return await IsOursAsync(key, record, refreshToken, cancellationToken)
            && (!grant.IsStored || (grant.RefreshToken is not null && grant.RefreshToken == Newest(key, record)));
    }

    // Whether the bridge itself vouches for a refresh token: it is the newest of the grant, or was until a short while ago.
    private async Task<bool> IsOursAsync(GrantKey key, GrantRecord record, string refreshToken, CancellationToken cancellationToken)
    {
        if (seal.IsShared)
        {
            return (Newest(key, record) is { } newest && SecretHash.AreEqual(newest, refreshToken))
                || await IsWithinGraceAsync(record, superseded.ProofOf(key, refreshToken), cancellationToken);
        }

        var hash = SecretHash.Of(refreshToken)!;
        return record.NewestHash == hash
            || (
                await superseded.ContainsAsync(record, hash, cancellationToken) && await IsWithinGraceAsync(record, hash, cancellationToken)
            );
    }

    // Only what was sealed for this grant when its provider gave it: anything else could be of a row that somebody moved or renamed.
    private string? Newest(GrantKey key, GrantRecord record) => record.NewestToken is { } stored ? remembered.OpenOwn(key, stored) : null;

    private bool Holds(TokenRow row, string hash)
    {
        try
        {
            return StoredGrant.Decode(row, codec).RefreshHash == hash;
        }
        catch (TokenUnreadableException)
        {
            return false; // another row may match; this one is reported elsewhere
        }
    }

    // A time in the future, beyond what clocks differ by, is none that the bridge wrote.
    private async Task<bool> IsWithinGraceAsync(GrantRecord record, string hash, CancellationToken cancellationToken) =>
        await superseded.ReplacedAtAsync(record, hash, cancellationToken) is { } at
        && (time.GetUtcNow().UtcDateTime - at).Duration() <= Grace;

    // Once an hour for each token: whoever keeps asking must not fill the audit trail.
    private async Task<StockGrantUnknownException> RefuseAsync(GrantKey key, string hash, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!_reported.TryGetValue(hash, out var at) || now - at >= BetweenReports)
        {
            _reported[hash] = now;
            await events.AppendAsync(key, EventKind.TokenSuperseded, "refused at /oauth/token", cancellationToken);
        }

        return new StockGrantUnknownException(
            $"This refresh token was replaced by a newer one more than {Grace.TotalMinutes:0} minutes ago. Use the one that is stored."
        );
    }
}
