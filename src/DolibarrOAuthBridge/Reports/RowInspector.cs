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
    /// <exception cref="BridgeException">The database failed.</exception>
    /// <exception cref="Dolibarr.Database.StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<InspectedRow>> InspectAsync(string? filter, bool reveal, CancellationToken cancellationToken = default)
    {
        var inspected = new List<InspectedRow>();
        var rows = await tokens.ListAsync(cancellationToken);
        foreach (var row in rows)
        {
            var known = await entries.ListAsync(row.Entity, cancellationToken);
            var owner = row.HasOwner ? null : known.FirstOrDefault(entry => entry.Name.Owns(row.Service));
            if (Matches(row, owner, filter))
            {
                var shown = Inspect(row, owner, reveal) with { Kind = KindOf(row, owner, rows) };
                inspected.Add(shown.Kind == "other" ? shown with { Problem = null } : shown); // another program's form is no problem
            }
        }

        return inspected;
    }

    private static string KindOf(TokenRow row, OAuthEntry? owner, IReadOnlyList<TokenRow> rows) =>
        owner is null
            ? row.HasOwner || !EntryName.TryParse(row.Service, out _)
                ? "other"
                : "orphan"
            : !string.IsNullOrEmpty(row.Value)
            && rows.Any(other =>
                other.RowId != row.RowId
                && other.Entity == row.Entity
                && !other.HasOwner
                && !string.IsNullOrEmpty(other.Value)
                && owner.Name.Owns(other.Service)
            )
                ? "duplicate"
                : "entry";

    private static bool Matches(TokenRow row, OAuthEntry? owner, string? filter) =>
        filter is null
        || (long.TryParse(filter, NumberStyles.None, CultureInfo.InvariantCulture, out var rowId) && rowId == row.RowId)
        || AsciiName.AreSame(filter, row.Service)
        || AsciiName.AreSame(filter, owner?.Name.ToString());

    private InspectedRow Inspect(TokenRow row, OAuthEntry? owner, bool reveal)
    {
        var shown = new InspectedRow
        {
            Rowid = row.RowId,
            Service = row.Service,
            Entity = row.Entity,
            Entry = owner?.Name.ToString(),
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
            return shown with { Problem = exception.Message };
        }
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
