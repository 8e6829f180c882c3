// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Grants;

/// <summary>What is remembered of a good refresh.</summary>
internal sealed class RefreshedGrant
{
    /// <summary>When, UTC.</summary>
    public required DateTime At { get; init; }

    /// <summary>The row of the token table.</summary>
    public required long RowId { get; init; }

    /// <summary>When the access token ends; null where it never does or nobody knows.</summary>
    public DateTime? TokenExpiresAt { get; init; }

    /// <summary>When the refresh token ends, if the provider said so.</summary>
    public DateTime? RefreshTokenExpiresAt { get; init; }

    /// <summary>Hash of the refresh token that counts from now on.</summary>
    public string? NewestHash { get; init; }

    /// <summary>That refresh token, dolcrypt'ed.</summary>
    public string? NewestToken { get; init; }

    /// <summary>Hash of the refresh token that was spent; null if none was.</summary>
    public string? SupersededHash { get; init; }

    /// <summary>Who refreshed: what that one announced is done.</summary>
    public required string Owner { get; init; }
}
