// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Reports;

/// <summary>A row of the token table as a DBA may see it: decoded, and without secrets unless they were asked for.</summary>
internal sealed record InspectedRow
{
    /// <summary>The primary key.</summary>
    public required long Rowid { get; init; }

    /// <summary>The service column.</summary>
    public string? Service { get; init; }

    /// <summary>The entity column as it is; null where it is NULL. Rows of 0 and NULL are no company's, and nobody reads them.</summary>
    public required int? Entity { get; init; }

    /// <summary>The OAuth entry that owns the row; null if it is another owner's.</summary>
    public string? Entry { get; init; }

    /// <summary>
    /// What the row is: <c>entry</c>, <c>duplicate</c> (of an entry), <c>orphan</c> (named like an
    /// entry that is not there in this company, or of no company), or
    /// <c>other</c> (another program's, the Stripe module's, a third party's, a user's or a member's).
    /// </summary>
    public string Kind { get; init; } = "entry";

    /// <summary>Whether a person should look at it.</summary>
    public bool NeedsPerson => Problem is not null && Kind != "other" || Kind is "duplicate" or "orphan";

    /// <summary>How the token is stored: <c>plain</c>, the cipher's name, or <c>empty</c>.</summary>
    public required string Storage { get; init; }

    /// <summary>Why the token cannot be read; null if it can, or if the row is another owner's.</summary>
    public string? Problem { get; init; }

    /// <summary>What a row of <c>other</c> holds, and why it is not decoded further; null where it decodes as Dolibarr's token.</summary>
    public string? Note { get; init; }

    /// <summary>The access token, redacted.</summary>
    public string? AccessToken { get; init; }

    /// <summary>The refresh token, redacted.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>When the access token ends; null where it never does or the row does not say.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether the row says that the access token never ends.</summary>
    public bool NeverExpires { get; init; }

    /// <summary>The granted scopes.</summary>
    public string? Scope { get; init; }

    /// <summary>The names of the further parameters.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>The <c>state</c> column without Dolibarr's random part.</summary>
    public string? State { get; init; }

    /// <summary>When the row was made, by the database.</summary>
    public DateTime? Created { get; init; }

    /// <summary>When the row last changed, by the database.</summary>
    public DateTime? Modified { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"row {Rowid} ({Service}, entity {EntityText})";

    /// <summary>The entity column for people.</summary>
    [JsonIgnore]
    public string EntityText => Entity?.ToString(CultureInfo.InvariantCulture) ?? "NULL";
}
