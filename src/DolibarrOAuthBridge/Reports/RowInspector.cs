// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Reports;

/// <summary>Decodes the rows of the token table for people. It reads only.</summary>
internal sealed class RowInspector(TokenTable tokens, TokenCodec codec, EntryDirectory entries)
{
    /// <summary>The rows, every owner's and every company's.</summary>
    /// <param name="filter">A rowid, service or entry name; null for all.</param>
    /// <param name="reveal">Whether tokens are shown in full.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="Dolibarr.Database.StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<InspectedRow>> InspectAsync(string? filter, bool reveal, CancellationToken cancellationToken = default)
    {
        var rows = await tokens.ListAsync(cancellationToken);
        var all = await entries.ListAllAsync(cancellationToken);
        var known = all.DistinctBy(static entry => (entry.Name.RowKey, entry.Entity))
            .ToDictionary(static entry => (entry.Name.RowKey, entry.Entity));
        var tokensOfEntries = new TokenRows(rows);
        return
        [
            .. rows.Select(row => (Row: row, Owner: OwnerOf(row, known)))
                .Where(one => Matches(one.Row, one.Owner, filter))
                .Select(one => Inspect(one.Row, one.Owner, KindOf(one.Row, one.Owner, tokensOfEntries), reveal)),
        ];
    }

    private static OAuthEntry? OwnerOf(TokenRow row, Dictionary<(string, int), OAuthEntry> known) =>
        !row.HasOwner && EntryName.TryParse(row.Service, out var name) ? known.GetValueOrDefault((name.RowKey, row.Entity)) : null;

    private static string KindOf(TokenRow row, OAuthEntry? owner, TokenRows rows) =>
        owner is null
            ? row.IsNamedLikeEntry
                ? "orphan"
                : "other"
            : !string.IsNullOrEmpty(row.Value) && rows.Find(owner.Name, row.Entity).IsDuplicate
                ? "duplicate"
                : "entry";

    private static bool Matches(TokenRow row, OAuthEntry? owner, string? filter) =>
        filter is null
        || (long.TryParse(filter, NumberStyles.None, CultureInfo.InvariantCulture, out var rowId) && rowId == row.RowId)
        || AsciiName.AreSame(filter, row.Service)
        || AsciiName.AreSame(filter, owner?.Name.ToString());

    private InspectedRow Inspect(TokenRow row, OAuthEntry? owner, string kind, bool reveal)
    {
        var shown = new InspectedRow
        {
            Rowid = row.RowId,
            Service = row.Service,
            Entity = row.IsEntityNull ? null : row.Entity,
            Entry = owner?.Name.ToString(),
            Kind = kind,
            Storage = StorageOf(row.Value),
            State = row.State is { Length: > 0 } state && !reveal ? WithoutRandomPart(state) : row.State,
            Created = row.CreatedAt,
            Modified = row.ModifiedAt,
        };
        if (string.IsNullOrEmpty(row.Value))
        {
            return shown;
        }

        try
        {
            var token = codec.Decode(row.Value);
            var view = GrantView.Of(token);
            return shown with
            {
                AccessToken = Redact(token.AccessToken, reveal),
                RefreshToken = Redact(view.RefreshToken, reveal),
                ExpiresAt = view.EndOfLife.ExpiresAt,
                NeverExpires = view.EndOfLife.IsNever,
                Scope = token.Scope,
                Parameters = [.. token.ExtraParams.Entries.Select(parameter => parameter.Key is PhpString name ? name.Value : "#")],
            };
        }
        catch (TokenUnreadableException exception)
        {
            return kind == "other" || row.HoldsStripeAccount
                ? WithForeign(shown, row.Value, reveal)
                : shown with
                {
                    Problem = exception.Message,
                };
        }
    }

    // Another program's form is no problem.
    private InspectedRow WithForeign(InspectedRow shown, string value, bool reveal)
    {
        var foreign = ForeignToken.Read(value, codec);
        return shown with
        {
            Note = foreign.Reason,
            AccessToken = Redact(foreign.AccessToken, reveal),
            RefreshToken = Redact(foreign.RefreshToken, reveal),
            Scope = foreign.Scope,
            ExpiresAt = foreign.ExpiresAt,
            Parameters = foreign.Members ?? [],
        };
    }

    private static string StorageOf(string? value) =>
        string.IsNullOrEmpty(value) ? "empty"
        : !DolCrypt.IsEncrypted(value) ? "plain"
        : value.Split(':')[1];

    private static string? Redact(string? secret, bool reveal) => secret is null || reveal ? secret : $"[{secret.Length} characters]";

    // Dolibarr's Google page keeps scope list and anti-forgery value in one: "gmail_full,email-0123…".
    private static string WithoutRandomPart(string state) =>
        state.LastIndexOf('-') is var dash and > 0 && state.Length - dash > 16 ? state[..dash] + "-[…]" : state;
}
