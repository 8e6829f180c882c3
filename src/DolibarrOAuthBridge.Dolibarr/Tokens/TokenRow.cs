// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>A row of <c>llx_oauth_token</c> as it was read. It prints nothing of the value, which is a credential.</summary>
public sealed record TokenRow
{
    /// <summary>The primary key.</summary>
    public required long RowId { get; init; }

    /// <summary>The owner's name, such as <c>Google-Mail</c>; null in rows of others.</summary>
    public string? Service { get; init; }

    /// <summary>The company; 0 where the column is 0 or NULL, which is no company's: Dolibarr reads the rows of one company only.</summary>
    public int Entity { get; init; } = 1;

    /// <summary>Whether the column is NULL.</summary>
    public bool IsEntityNull { get; init; }

    /// <summary>The column as it is, for people: a number, or <c>NULL</c>.</summary>
    public string EntityText => IsEntityNull ? "NULL" : Entity.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The stored token as it stands in its column, and with it the version for compare-and-swap; null if none.</summary>
    public string? Value { get; init; }

    /// <summary>The column that holds <see cref="Value"/>: <c>token</c>, or <c>tokenstring</c> where <c>token</c> is null.</summary>
    public string Column { get; init; } = "token";

    /// <summary>What Dolibarr keeps in <c>state</c>: the scope list; null if none or no such column.</summary>
    public string? State { get; init; }

    /// <summary>Whether the row belongs to a third party, user or member and so never to an OAuth entry.</summary>
    public bool HasOwner { get; init; }

    /// <summary>
    /// Whether Dolibarr's Stripe module finds a connected account in <c>tokenstring</c>: the company's own, or with
    /// <see cref="HasOwner"/> a third party's. It needs no entry for that, and may take money by it.
    /// </summary>
    public bool HoldsStripeAccount { get; init; }

    /// <summary>
    /// Whether the row is an entry's by its name and is nobody else's: where there is no such entry, it is left over from one.
    /// </summary>
    public bool IsNamedLikeEntry => !HasOwner && !HoldsStripeAccount && EntryName.TryParse(Service, out _);

    /// <summary>When the row was made, UTC; null if unknown.</summary>
    public DateTime? CreatedAt { get; init; }

    /// <summary>When the row last changed by the database's clock; null if unknown.</summary>
    public DateTime? ModifiedAt { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"row {RowId} ({Service}, entity {EntityText})";
}
