// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Reports;

/// <summary>Puts together what may be shown of the entries: settings, token, memory and warnings.</summary>
internal sealed class EntryReporter(
    EntryDirectory entries,
    EntryUseTable uses,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    ClientCertificates certificates,
    EntryFlows flows,
    DolibarrConf conf,
    BridgeOptions options,
    TimeProvider time
)
{
    /// <summary>A report on every entry of a company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<EntryReport>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        var all = await entries.ListAsync(entity, cancellationToken);
        var rows = new TokenRows(await tokens.ListAsync(entity, cancellationToken));
        var memories = await grants.ListAsync(entity, cancellationToken);
        var known = await uses.ListAsync(entity, cancellationToken);
        return
        [
            .. all.Select(entry =>
                Report(Gather(entry, rows.Find(entry.Name, entity), memories.GetValueOrDefault(entry.Name.Service), known))
            ),
        ];
    }

    /// <summary>
    /// A report on every entry of every company, in as many statements as for one; without what depends on the company's mail settings.
    /// </summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<EntryReport>> ListAllAsync(CancellationToken cancellationToken = default)
    {
        var all = await entries.ListAllAsync(cancellationToken);
        var rows = new TokenRows(await tokens.ListAsync(cancellationToken));
        var memories = await grants.ListAllAsync(cancellationToken);
        return
        [
            .. all.Select(entry =>
                Report(Gather(entry, rows.Find(entry.Name, entry.Entity), memories.GetValueOrDefault(GrantKey.Of(entry)), []))
            ),
        ];
    }

    /// <summary>A report on one entry.</summary>
    /// <exception cref="BridgeException">There is no such entry.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<EntryReport> GetAsync(string name, int entity, CancellationToken cancellationToken = default)
    {
        var entry = await entries.GetAsync(name, entity, cancellationToken);
        var lookup = await tokens.FindAsync(entry.Name, entity, cancellationToken);
        var memory = await grants.GetAsync(GrantKey.Of(entry), cancellationToken);
        return Report(Gather(entry, lookup, memory, await uses.ListAsync(entity, cancellationToken)));
    }

    private EntryFacts Gather(OAuthEntry entry, TokenLookup lookup, GrantRecord? memory, IReadOnlyList<EntryUse> known)
    {
        StoredGrant? grant = null;
        TokenUnreadableException? unreadable = null;
        if (lookup.OnlyRow is { } row)
        {
            try
            {
                grant = StoredGrant.Decode(row, codec);
            }
            catch (TokenUnreadableException exception)
            {
                unreadable = exception;
            }
        }

        return new EntryFacts
        {
            Entry = entry,
            Lookup = lookup,
            Grant = grant,
            Unreadable = unreadable,
            Memory = memory ?? new GrantRecord(),
            Uses = EntryUseTable.Of(entry.Name, known),
            Certificate = certificates.Inspect(entry),
            ServiceAccountKey = ServiceAccountKeys.Inspect(entry),
            RedirectUri = RedirectUri.Of(entry, conf),
            SiteUrl = conf.UrlRoot,
            DiscoveryProblem = flows.DiscoveryProblem(entry),
            TablePrefix = conf.DbPrefix,
            Now = time.GetUtcNow(),
        };
    }

    private EntryReport Report(EntryFacts facts)
    {
        var entry = facts.Entry;
        var missing = EntrySettings.Missing(entry);
        var token = TokenOf(facts);
        return new EntryReport
        {
            Entry = entry.Name.ToString(),
            Service = entry.Name.Service,
            Provider = facts.Provider.Name,
            Label = entry.Name.Label,
            Entity = entry.Entity,
            Scopes = entry.Scopes,
            ClientId = entry.ClientId,
            RedirectUri = RedirectUri.Of(entry, conf),
            Complete = missing.Count == 0,
            Missing = missing,
            Flows = flows.Of(entry),
            NeedsPerson = PersonNeed.Of(facts, missing.Count == 0, token.Status),
            Paused = facts.Memory.IsPaused,
            Token = token,
            Warnings = EntryWarnings.Of(facts),
        };
    }

    private TokenReport TokenOf(EntryFacts facts)
    {
        var (grant, memory) = (facts.Grant, facts.Memory);
        return new TokenReport
        {
            Status =
                facts.Lookup.IsDuplicate ? TokenStatus.Duplicate
                : facts.Unreadable is not null ? TokenStatus.Unreadable
                : grant is null ? TokenStatus.None
                : StatusOf(facts, grant),
            ExpiresAt = grant?.ExpiresAt,
            HasRefreshToken = grant?.RefreshToken is not null,
            GrantedAt = Utc(memory.GrantedAt ?? grant?.Row.CreatedAt),
            RefreshedAt = Utc(memory.RefreshedAt),
            RefreshCount = memory.RefreshCount,
            Account = grant is null ? null : memory.Account?.TrimStart(), // no name, no space before the subject
            RefreshTokenExpiresAt = grant?.RefreshToken is null
                ? null
                : Utc(memory.RefreshTokenExpiresAt ?? (grant.LastRefresh(memory) + facts.Provider.RefreshTokenIdleLifetime)),
            LastError = facts.Unreadable?.Message
                ?? (
                    memory.LastError is null ? null
                    : string.IsNullOrEmpty(memory.LastErrorDetail) ? memory.LastError
                    : $"{memory.LastError}: {memory.LastErrorDetail}"
                ),
        };
    }

    private string StatusOf(EntryFacts facts, StoredGrant grant) =>
        grant switch
        {
            { NeverExpires: true } => TokenStatus.NeverExpires,
            _ when grant.RefreshHash is not null && grant.RefreshHash == facts.Memory.DeadHash => TokenStatus.ConsentRequired,
            _ when grant.LivesFor(options.RenewAhead, facts.Now) => TokenStatus.Valid,
            _ when grant.LivesFor(TimeSpan.Zero, facts.Now) => TokenStatus.Expiring,
            _ => grant.IsRenewableAt(facts.Provider) ? TokenStatus.Expired : TokenStatus.ConsentRequired,
        };

    private static DateTimeOffset? Utc(DateTime? time) =>
        time is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc)) : null;
}
