// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// Who signed in, as the provider says. Issuer and subject together are the only lasting identity; everything else may change.
/// </summary>
public sealed record Identity
{
    /// <summary>The issuer in its usual spelling.</summary>
    public required string Issuer { get; init; }

    /// <summary>The user's identifier at the issuer, at most 255 ASCII characters.</summary>
    public required string Subject { get; init; }

    /// <summary>The e-mail address; null if not told.</summary>
    public string? Email { get; init; }

    /// <summary>Whether the provider vouches for the address.</summary>
    public bool EmailVerified { get; init; }

    /// <summary>The full name; null if not told.</summary>
    public string? Name { get; init; }

    /// <summary>What the user likes to be called; null if not told.</summary>
    public string? PreferredUsername { get; init; }

    /// <summary>Google's hosted domain; null for accounts without.</summary>
    public string? HostedDomain { get; init; }

    /// <summary>Microsoft's tenant; null elsewhere.</summary>
    public string? TenantId { get; init; }

    /// <summary>No more than is needed to find the account at the provider.</summary>
    public override string ToString() => $"{Subject} at {Issuer}";
}
