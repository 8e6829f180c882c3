// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Who may use a stand-in provider and how it behaves.</summary>
public sealed record StandInProviderOptions
{
    /// <summary>The port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The registered applications.</summary>
    public IReadOnlyList<StandInClient> Clients { get; init; } = [];

    /// <summary>The people; the first one signs in where nobody is named.</summary>
    public IReadOnlyList<StandInUser> Users { get; init; } =
    [
        new("1001", "ada@example.com", "Ada Lovelace"),
        new("1002", "grace@example.com", "Grace Hopper"),
        new("1003", "mallory@example.com", "Mallory Unverified", EmailVerified: false),
    ];

    /// <summary>Consents without showing a page: as the user of <c>login_hint</c> (e-mail or subject), else as the first one.</summary>
    public bool AutoApprove { get; init; }

    /// <summary>Whether a code without PKCE is refused, unless its client says otherwise. Only S256 exists.</summary>
    public bool RequirePkce { get; init; } = true;

    /// <summary>What a refresh does to the refresh token.</summary>
    public RefreshTokenRotation Rotation { get; init; } = RefreshTokenRotation.Rotate;

    /// <summary>How long a rotated refresh token may still be used without being taken for stolen.</summary>
    public TimeSpan RefreshTokenLeeway { get; init; }

    /// <summary>How long access tokens live.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Whether access tokens are short and tell clients nothing, as Google's are, rather than JWTs. Mail servers such as Dovecot
    /// take no <c>AUTH</c> line of more than 1 KiB, and Dolibarr's SMTP code sends the token on that line.
    /// </summary>
    public bool OpaqueAccessTokens { get; init; }

    /// <summary>How long refresh tokens live, counted from the last refresh.</summary>
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How often a device may ask whether its user has consented.</summary>
    public TimeSpan DeviceInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The provider's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
