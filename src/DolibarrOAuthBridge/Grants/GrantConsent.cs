// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Grants;

/// <summary>What is remembered of a new consent.</summary>
internal sealed record GrantConsent
{
    /// <summary>When, UTC, to the second.</summary>
    public required DateTime At { get; init; }

    /// <summary>The row of the token table.</summary>
    public long RowId { get; init; }

    /// <summary>When the refresh token ends, if the provider said so.</summary>
    public DateTime? RefreshTokenExpiresAt { get; init; }

    /// <summary>Hash of the refresh token that counts from now on; null if there is none.</summary>
    public string? NewestHash { get; init; }

    /// <summary>That refresh token, dolcrypt'ed.</summary>
    public string? NewestToken { get; init; }

    /// <summary>Hashes of those before it.</summary>
    public string? Superseded { get; init; }

    /// <summary>The account that granted, where the provider said so.</summary>
    public string? Account { get; init; }

    /// <summary>The account before, where nobody says who granted now; else null.</summary>
    public string? AccountBefore { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"consent at {At:s}";
}
