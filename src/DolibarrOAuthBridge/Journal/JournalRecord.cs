// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Journal;

/// <summary>
/// One refresh as the journal keeps it between the provider's answer and the database's commit. It prints nothing of the token.
/// </summary>
internal sealed record JournalRecord
{
    /// <summary>The Dolibarr instance: server, database and prefix.</summary>
    public required string Instance { get; init; }

    /// <summary>The service name.</summary>
    public required string Service { get; init; }

    /// <summary>The company.</summary>
    public required int Entity { get; init; }

    /// <summary>Who held the lease.</summary>
    public required string Owner { get; init; }

    /// <summary>The row of the token table.</summary>
    public required long RowId { get; init; }

    /// <summary>Hash of the value that was read before the refresh.</summary>
    public required string OldValueHash { get; init; }

    /// <summary>Hash of the refresh token that was spent; null where there was none.</summary>
    public string? OldRefreshHash { get; init; }

    /// <summary>
    /// The consent that the refreshed grant comes from, UTC; null if the bridge saw none. Another one since makes the record
    /// worthless.
    /// </summary>
    public DateTime? GrantedAt { get; init; }

    /// <summary>The value to write, encoded for its column; null in a record made before the provider answered.</summary>
    public string? NewValue { get; init; }

    /// <summary>When the provider answered, UTC.</summary>
    public DateTime At { get; init; }

    /// <summary>When the new refresh token ends, if the provider said so, UTC.</summary>
    public DateTime? RefreshTokenExpiresAt { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"refresh of {Service}, entity {Entity}";
}
