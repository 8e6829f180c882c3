// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Entries;

/// <summary>The OAuth entries of each company.</summary>
internal sealed class EntryDirectory(EntryTable entries, TokenTable tokens, BridgeOptions options, TimeProvider time)
{
    private const int FirstCompany = 1;
    private const int MostNamesShown = 20;

    private readonly ReadCache<(string Name, int Entity), OAuthEntry> _recent = new(options.ReadCache, time);
    private readonly ReadCache<string, IReadOnlyList<OAuthEntry>> _all = new(options.ReadCache, time);

    /// <summary>Every entry of a company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<IReadOnlyList<OAuthEntry>> ListAsync(int entity, CancellationToken cancellationToken = default) =>
        entries.ListAsync(entity, cancellationToken);

    /// <summary>Every entry of every company, by company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<OAuthEntry>> ListAllAsync(CancellationToken cancellationToken = default)
    {
        var companies = await tokens.ListCompaniesAsync(cancellationToken);
        return await entries.ListAllAsync(companies.Append(FirstCompany), cancellationToken);
    }

    /// <summary>
    /// The entries of all companies with the given client, as they were at most <see cref="BridgeOptions.ReadCache"/> ago. A client id
    /// that no entry has costs one small statement.
    /// </summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<OAuthEntry>> FindByClientAsync(
        string clientId,
        string clientSecret,
        CancellationToken cancellationToken = default
    )
    {
        if (!await entries.HasClientAsync(clientId, cancellationToken))
        {
            return [];
        }

        var all = await _all.GetAsync(string.Empty, ListAllAsync, cancellationToken);
        return
        [
            .. all.Where(entry => entry.ClientId == clientId && entry.ClientSecret.Length > 0)
                .Where(entry => SecretHash.AreEqual(entry.ClientSecret, clientSecret)),
        ];
    }

    /// <summary>
    /// The entry with the given entry or service name as it was at most <see cref="BridgeOptions.ReadCache"/> ago, for handing out
    /// tokens that are still valid.
    /// </summary>
    /// <exception cref="BridgeException">There is none; the message lists those there are.</exception>
    public Task<OAuthEntry> GetRecentAsync(string name, int entity, CancellationToken cancellationToken = default) =>
        _recent.TryGet((name, entity), out var known) ? Task.FromResult(known) : ReadRecentAsync(name, entity, cancellationToken);

    /// <summary>The entry with the given entry or service name if it is in memory.</summary>
    public OAuthEntry? FindRecent(string name, int entity) => _recent.TryGet((name, entity), out var known) ? known : null;

    /// <summary>The entry with the given entry or service name.</summary>
    /// <exception cref="BridgeException">There is none; the message lists those there are.</exception>
    public async Task<OAuthEntry> GetAsync(string name, int entity, CancellationToken cancellationToken = default)
    {
        if (EntryName.TryParse(name, out var wanted) && await entries.FindAsync(wanted, entity, cancellationToken) is { } exact)
        {
            return exact;
        }

        var all = await ListAsync(entity, cancellationToken);
        // In another case, on a database that tells cases apart; or by the service StripeTest, which is that of STRIPE_TEST too.
        var found =
            all.FirstOrDefault(entry => entry.Name.Equals(wanted)) ?? all.FirstOrDefault(entry => entry.Name.RowKey == wanted?.RowKey);
        if (found is not null)
        {
            return found;
        }

        var names = string.Join(", ", all.Take(MostNamesShown).Select(entry => entry.Name));
        var known =
            all.Count == 0
                ? "It has none at all: add one in Dolibarr under Setup, Modules, OAuth."
                : $"It has {names}{(all.Count > MostNamesShown ? ", …" : ".")}";
        throw new BridgeException(ProblemCode.EntryNotFound, $"Dolibarr has no such OAuth entry for entity {entity}. {known}");
    }

    private Task<OAuthEntry> ReadRecentAsync(string name, int entity, CancellationToken cancellationToken) =>
        _recent.GetAsync((name, entity), cancellation => GetAsync(name, entity, cancellation), cancellationToken);
}
