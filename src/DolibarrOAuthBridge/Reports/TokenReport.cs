// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Reports;

/// <summary>Everything about an entry's token that may be shown.</summary>
public sealed record TokenReport
{
    /// <summary>One of <see cref="TokenStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>When the access token ends; null where it never does, nobody knows, or there is none.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether it can be renewed without a person.</summary>
    public bool HasRefreshToken { get; init; }

    /// <summary>The last consent: as the bridge saw it, else the row's date of creation; null if unknown.</summary>
    public DateTimeOffset? GrantedAt { get; init; }

    /// <summary>The last refresh by the bridge.</summary>
    public DateTimeOffset? RefreshedAt { get; init; }

    /// <summary>Refreshes by the bridge since the consent.</summary>
    public int RefreshCount { get; init; }

    /// <summary>Why the last refresh failed, or why the row cannot be read; null if all is well.</summary>
    public string? LastError { get; init; }

    /// <summary>The account that gave the consent, where the provider said so: mostly an e-mail address; null if unknown.</summary>
    public string? Account { get; init; }

    /// <summary>
    /// When the refresh token ends unless it is used: as the provider said, else by its idle lifetime; null if it has none or
    /// nobody knows.
    /// </summary>
    public DateTimeOffset? RefreshTokenExpiresAt { get; init; }
}
