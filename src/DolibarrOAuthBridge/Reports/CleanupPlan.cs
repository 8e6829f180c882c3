// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Reports;

/// <summary>A row that could be deleted.</summary>
/// <param name="Kind"><c>duplicate</c>, <c>orphan</c>, <c>empty</c> or <c>memory</c>.</param>
/// <param name="Place">The row, as <c>llx_oauth_token, row 7 (Google-Mail, entity 1)</c>.</param>
/// <param name="Reason">Why it could go, and what is kept in its place.</param>
/// <param name="Sql">The statement that deletes it.</param>
internal sealed record CleanupItem(string Kind, string Place, string Reason, string Sql);

/// <summary>
/// Finds rows that nobody needs: second tokens of an entry, tokens of entries that are gone, rows that hold no token, and what the bridge
/// remembers of entries that are gone. It deletes nothing. Rows of a third party, user or member are never named, nor those that hold
/// an account of Stripe's. The statements hold numbers and no text of the database: administrators run them, and text there may come from
/// somebody with fewer rights.
/// </summary>
internal sealed class CleanupPlan(DolibarrDatabase database, EntryTable entries, TokenTable tokens, TokenCodec codec, GrantTable grants)
{
    /// <summary>Looks at every company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<CleanupItem>> MakeAsync(CancellationToken cancellationToken = default)
    {
        var items = new List<CleanupItem>();
        var known = await entries.ListAllAsync(await entries.ListEntitiesAsync(cancellationToken), cancellationToken);
        var records = await grants.ListAllAsync(cancellationToken);
        var byName = (await tokens.ListAsync(cancellationToken)).Where(static row => row.IsNamedLikeEntry).ToLookup(static row => Key(row));
        foreach (var entry in known.DistinctBy(static entry => (entry.Name.RowKey, entry.Entity)))
        {
            items.AddRange(Duplicates([.. byName[(entry.Name.RowKey, entry.Entity)]], records.GetValueOrDefault(GrantKey.Of(entry))));
        }

        var names = known.Select(static entry => ((string?)entry.Name.RowKey, entry.Entity)).ToHashSet();
        items.AddRange(byName.Where(group => !names.Contains(group.Key)).SelectMany(group => group.Select(Orphan)));
        items.AddRange(records.Values.Where(record => !names.Contains(Key(record))).Select(Memory));
        items.AddRange((await grants.ListSecondsAsync(cancellationToken)).Select(one => Second(one.Row, one.Kept)));
        return items;
    }

    private static (string?, int) Key(TokenRow row) => (RowKey(row.Service), row.Entity);

    private static (string?, int) Key(GrantRecord record) => (RowKey(record.Service), record.Entity);

    private static string? RowKey(string? service) => EntryName.TryParse(service, out var name) ? name.RowKey : null;

    private CleanupItem Orphan(TokenRow row) =>
        Item(
            "orphan",
            row,
            row.Entity == 0 ? "Its entity is no company's, so nobody reads it." : "There is no such OAuth entry in this company any more."
        );

    private IEnumerable<CleanupItem> Duplicates(List<TokenRow> rows, GrantRecord? record)
    {
        var full = rows.Where(row => !string.IsNullOrEmpty(row.Value)).ToList();
        var (keep, why) = full.Count > 1 ? Best(full, record) : (full.FirstOrDefault(), "it is the only one with a token");
        foreach (var row in full.Where(row => row != keep))
        {
            yield return Item("duplicate", row, $"Keep row {keep!.RowId}: {why}.");
        }

        // One empty row may be a consent under way: Dolibarr keeps its state there.
        foreach (var row in rows.Where(row => string.IsNullOrEmpty(row.Value)).Skip(keep is null ? 1 : 0))
        {
            yield return Item("empty", row, "It holds no token. A consent that is under way in Dolibarr at this moment would need it.");
        }
    }

    private (TokenRow Row, string Why) Best(List<TokenRow> rows, GrantRecord? record)
    {
        var read = rows.Select(row => (Row: row, Grant: Read(row))).ToList();
        var readable = read.Where(one => one.Grant is not null).ToList();
        if (readable.Find(one => record?.NewestHash is { } newest && one.Grant!.RefreshHash == newest) is { Row: { } newestRow })
        {
            return (newestRow, "it has the newest refresh token that the bridge knows");
        }

        var renewable = readable.Where(one => one.Grant!.RefreshToken is not null).ToList();
        var choice =
            renewable.Count > 0 ? renewable
            : readable.Count > 0 ? readable
            : read;
        var best = choice.OrderByDescending(one => one.Grant?.ExpiresAt).ThenByDescending(one => one.Row.RowId).First();
        return (
            best.Row,
            renewable.Count > 0 ? "of those with a refresh token it ends last"
            : readable.Count > 0 ? "none has a refresh token, and it ends last"
            : "none can be read, and it is the newest"
        );
    }

    private StoredGrant? Read(TokenRow row)
    {
        try
        {
            return StoredGrant.Decode(row, codec);
        }
        catch (TokenUnreadableException)
        {
            return null;
        }
    }

    private CleanupItem Item(string kind, TokenRow row, string reason) =>
        new(
            kind,
            $"{database.Prefix}oauth_token, row {row.RowId} ({row.Service}, entity {row.EntityText})",
            reason,
            $"DELETE FROM {database.Prefix}oauth_token WHERE rowid = {row.RowId};"
        );

    private CleanupItem Second(GrantRecord row, GrantRecord kept) =>
        new(
            "duplicate",
            $"{database.Prefix}oauthbridge_grant, row {row.RowId} ({row.Service}, entity {row.Entity})",
            $"Keep row {kept.RowId}: it was renewed last. Then run init, which makes the unique index again.",
            $"DELETE FROM {database.Prefix}oauthbridge_grant WHERE rowid = {row.RowId};"
        );

    private CleanupItem Memory(GrantRecord record) =>
        new(
            "memory",
            $"{database.Prefix}oauthbridge_grant, row {record.RowId} ({record.Service}, entity {record.Entity})",
            "There is no such OAuth entry in this company any more.",
            $"DELETE FROM {database.Prefix}oauthbridge_grant WHERE rowid = {record.RowId};"
        );
}
