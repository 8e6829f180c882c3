// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.ObjectModel;

namespace DolibarrOAuthBridge.Providers;

/// <summary>What a provider's ID tokens are like where they differ from OpenID Connect Core.</summary>
internal sealed record IdentityFacts
{
    /// <summary>Other spellings of the issuer that the provider is known to use in ID tokens.</summary>
    public IReadOnlyList<string> OtherIssuers { get; init; } = [];

    /// <summary>
    /// The claim that names the tenant, whose id is also the <c>{tenant}</c> of the issuer; null where there are no tenants.
    /// </summary>
    public string? TenantClaim { get; init; }

    /// <summary>Names that stand for one tenant's id in an entry's setting.</summary>
    public IReadOnlyDictionary<string, string> TenantIds { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// The claim that names the domain of an organisation's account; null where there is none, so that the domain setting does
    /// not concern it.
    /// </summary>
    public string? HostedDomainClaim { get; init; }

    /// <summary>The claim that is <c>true</c> where the provider vouches for the e-mail address.</summary>
    public string EmailVerifiedClaim { get; init; } = "email_verified";

    /// <summary>Other values than JSON's <c>true</c> by which that claim says yes.</summary>
    public IReadOnlyList<string> EmailVerifiedValues { get; init; } = [];
}
