// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Login;

/// <summary>What an ID token must say to be accepted. Not a record: its members would print the access token.</summary>
internal sealed class IdTokenRules
{
    /// <summary>The issuer, exactly; <c>{tenant}</c> in it stands for the token's own tenant.</summary>
    public required string Issuer { get; init; }

    /// <summary>Other spellings of the issuer.</summary>
    public IReadOnlyList<string> OtherIssuers { get; init; } = [];

    /// <summary>The client that the token must be for.</summary>
    public required string ClientId { get; init; }

    /// <summary>The nonce of the authorization request.</summary>
    public required string Nonce { get; init; }

    /// <summary>The access token that came with it, for <c>at_hash</c>.</summary>
    public required string AccessToken { get; init; }

    /// <summary>The claim that names the tenant; null where there are none.</summary>
    public string? TenantClaim { get; init; }

    /// <summary>The tenants whose accounts may sign in, where there are tenants.</summary>
    public IReadOnlyList<string> Tenants { get; init; } = [];

    /// <summary>The claim that names the hosted domain; null where there is none.</summary>
    public string? HostedDomainClaim { get; init; }

    /// <summary>The hosted domains whose accounts may sign in; empty for all.</summary>
    public IReadOnlyList<string> HostedDomains { get; init; } = [];

    /// <summary>The claim that is <c>true</c> where the provider vouches for the e-mail address.</summary>
    public string EmailVerifiedClaim { get; init; } = "email_verified";

    /// <summary>Other values than JSON's <c>true</c> by which that claim says yes.</summary>
    public IReadOnlyList<string> EmailVerifiedValues { get; init; } = [];

    /// <summary>Whom the token may also be for, where the provider names its other clients in every token.</summary>
    public IReadOnlyList<string> TrustedAudiences { get; init; } = [];
}
