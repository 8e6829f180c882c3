// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Grants;

/// <summary>What the bridge remembers of a grant, one row of <c>oauthbridge_grant</c>. Times are UTC.</summary>
internal sealed class GrantRecord
{
    /// <summary>How many superseded refresh tokens are remembered.</summary>
    public const int MaxSuperseded = 64;

    /// <summary>The row; 0 where nothing is remembered yet.</summary>
    public long RowId { get; init; }

    /// <summary>The service name.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The company.</summary>
    public int Entity { get; init; }

    /// <summary>The last consent that the bridge saw.</summary>
    public DateTime? GrantedAt { get; init; }

    /// <summary>The last good refresh.</summary>
    public DateTime? RefreshedAt { get; init; }

    /// <summary>The last time a token was handed out, to within ten minutes.</summary>
    public DateTime? UsedAt { get; init; }

    /// <summary>Good refreshes since the consent.</summary>
    public int RefreshCount { get; init; }

    /// <summary>When the access token ends; null where it never does or nobody knows.</summary>
    public DateTime? TokenExpiresAt { get; init; }

    /// <summary>When the refresh token ends, where the provider says so.</summary>
    public DateTime? RefreshTokenExpiresAt { get; init; }

    /// <summary>Failed refreshes since the last good one.</summary>
    public int FailureCount { get; init; }

    /// <summary>The provider's error code or the bridge's word for the last failure; null if the last refresh was good.</summary>
    public string? LastError { get; init; }

    /// <summary>The last failure in words.</summary>
    public string? LastErrorDetail { get; init; }

    /// <summary>When the last failure was.</summary>
    public DateTime? LastErrorAt { get; init; }

    /// <summary>Before this time the provider is left alone.</summary>
    public DateTime? NextTryAt { get; init; }

    /// <summary>Hash of the entry's settings at the last failure: a change of settings ends the wait.</summary>
    public string? FailedSettings { get; init; }

    /// <summary>Hash of the refresh token that the provider declared dead.</summary>
    public string? DeadHash { get; init; }

    /// <summary>Hash of the newest refresh token known.</summary>
    public string? NewestHash { get; init; }

    /// <summary>The newest refresh token, dolcrypt'ed.</summary>
    public string? NewestToken { get; init; }

    /// <summary>The row of the token table that the newest refresh token belongs to.</summary>
    public long? TokenRow { get; init; }

    /// <summary>Hashes of the refresh tokens before it, newest first, space separated.</summary>
    public string? Superseded { get; init; }

    /// <summary>Who announced to spend the refresh token and has not stored the answer; null if nobody.</summary>
    public string? IntentOwner { get; init; }

    /// <summary>Since when a person keeps the grant from being renewed; null if nobody does.</summary>
    public DateTime? PausedAt { get; init; }

    /// <summary>Why, for people.</summary>
    public string? PausedReason { get; init; }

    /// <summary>The export that took the grant to another server; null if none did.</summary>
    public string? MovedId { get; init; }

    /// <summary>Whether nothing may renew the grant.</summary>
    public bool IsPaused => PausedAt is not null;

    /// <summary>The account that granted, where the provider or a mail server said so.</summary>
    public string? Account { get; init; }

    /// <summary>The account that granted before, where it is not known who granted last, or was another one; else null.</summary>
    public string? AccountBefore { get; init; }

    /// <summary>Whether a refresh token is an old one that something wrote back over a newer one.</summary>
    public bool IsSuperseded(string refreshTokenHash) =>
        NewestToken is not null
        && NewestHash != refreshTokenHash
        && (Superseded ?? string.Empty)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Contains(refreshTokenHash, StringComparer.Ordinal);

    /// <summary>The list of superseded hashes after one more.</summary>
    public string WithSuperseded(string? refreshTokenHash) =>
        string.Join(
            ' ',
            new[] { refreshTokenHash }
                .Concat((Superseded ?? string.Empty).Split(' '))
                .Where(hash => !string.IsNullOrEmpty(hash))
                .Distinct(StringComparer.Ordinal)
                .Take(MaxSuperseded)
        );
}
