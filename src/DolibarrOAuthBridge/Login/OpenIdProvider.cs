// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Login;

/// <summary>An entry's provider as a sign-in needs it, put together from the configuration, its metadata and the catalogue.</summary>
internal sealed record OpenIdProvider
{
    /// <summary>The issuer, exactly; <c>{tenant}</c> in it stands for one of <see cref="Tenants"/>.</summary>
    public required string Issuer { get; init; }

    /// <summary>Other spellings of the issuer in ID tokens.</summary>
    public IReadOnlyList<string> OtherIssuers { get; init; } = [];

    /// <summary>Where the browser goes.</summary>
    public required Uri AuthorizationEndpoint { get; init; }

    /// <summary>Where the code goes.</summary>
    public required Uri TokenEndpoint { get; init; }

    /// <summary>Where the signing keys are.</summary>
    public required Uri JwksUri { get; init; }

    /// <summary>Where claims are that the ID token lacks; null if nowhere.</summary>
    public Uri? UserInfoEndpoint { get; init; }

    /// <summary>The signature algorithms that are accepted.</summary>
    public required IReadOnlyList<string> Algorithms { get; init; }

    /// <summary>Whether every authorization response must name its issuer (RFC 9207).</summary>
    public bool SendsIssuer { get; init; }

    /// <summary>The claim that names the tenant; null where there are none.</summary>
    public string? TenantClaim { get; init; }

    /// <summary>The ids of the tenants whose accounts may sign in, where there are tenants.</summary>
    public IReadOnlyList<string> Tenants { get; init; } = [];

    /// <summary>The claim that names the hosted domain; null where there is none.</summary>
    public string? HostedDomainClaim { get; init; }

    /// <summary>The claim that is <c>true</c> where the provider vouches for the e-mail address.</summary>
    public required string EmailVerifiedClaim { get; init; }

    /// <summary>Other values than JSON's <c>true</c> by which that claim says yes.</summary>
    public IReadOnlyList<string> EmailVerifiedValues { get; init; } = [];

    /// <summary>Whom ID tokens may also be for, by the configuration.</summary>
    public IReadOnlyList<string> TrustedAudiences { get; init; } = [];

    /// <summary>Which issuer an authorization response may name (RFC 9207).</summary>
    public ExpectedIssuer ExpectedIssuer =>
        TenantClaim is null
            ? new(Issuer, SendsIssuer)
            : new(Identifier: null, SendsIssuer)
            {
                Identifiers = [.. Tenants.Select(tenant => Issuer.Replace("{tenant}", tenant, StringComparison.Ordinal))],
            };
}
