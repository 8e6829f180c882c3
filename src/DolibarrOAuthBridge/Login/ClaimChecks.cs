// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DolibarrOAuthBridge.Login;

/// <summary>The checks of an ID token's claims (OpenID Connect Core, section 3.1.3.7), one reason for each.</summary>
internal static class ClaimChecks
{
    private const int LongestSubject = 255;
    private const double Tolerance = 120; // seconds between the clocks of the provider and of this machine
    private const double OldestIssue = 3600; // seconds

    /// <summary>Checks the claims of a token whose signature is right.</summary>
    /// <exception cref="BridgeException">One of them is not as it must be.</exception>
    public static Identity Check(JsonElement claims, IdTokenRules rules, DateTimeOffset now)
    {
        var (issuer, tenant) = CheckIssuer(claims, rules);
        CheckAudience(claims, rules);
        CheckTimes(claims, now.ToUnixTimeMilliseconds() / 1000.0);
        CheckBinding(claims, rules);
        var hostedDomain = rules.HostedDomainClaim is { } claim ? ClaimReader.Text(claims, claim) : null;
        if (
            rules.HostedDomainClaim is not null
            && rules.HostedDomains.Count > 0
            && !rules.HostedDomains.Contains(hostedDomain, StringComparer.OrdinalIgnoreCase)
        )
        {
            throw Rejection.Of(RejectionReason.HostedDomainNotAllowed, "the account is not of a hosted domain that is allowed.");
        }

        var email = ClaimReader.Email(claims);
        return new Identity
        {
            Issuer = issuer,
            Subject = Subject(claims) ?? throw Rejection.Of(RejectionReason.SubjectMissing, "the ID token has no usable sub."),
            Email = email,
            EmailVerified = email is not null && ClaimReader.IsTrue(claims, rules.EmailVerifiedClaim, rules.EmailVerifiedValues),
            Name = ClaimReader.Text(claims, "name"),
            PreferredUsername = ClaimReader.Text(claims, "preferred_username"),
            HostedDomain = hostedDomain,
            TenantId = tenant,
        };
    }

    /// <summary>The claim <c>sub</c>; null where there is none that may be one.</summary>
    public static string? Subject(JsonElement claims) =>
        claims.TryGetProperty("sub", out var claim)
        && claim.ValueKind == JsonValueKind.String
        && claim.GetString() is { Length: > 0 and <= LongestSubject } subject
        && !subject.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? subject
            : null;

    // A token of a multi-tenant provider names its tenant twice; both must be the same and on the list.
    private static (string Issuer, string? Tenant) CheckIssuer(JsonElement claims, IdTokenRules rules)
    {
        var issuer =
            claims.TryGetProperty("iss", out var claim) && claim.ValueKind == JsonValueKind.String
                ? claim.GetString()!
                : throw Rejection.Of(RejectionReason.IssuerMissing, "the ID token has no iss.");
        if (rules.TenantClaim is null)
        {
            return issuer == rules.Issuer || rules.OtherIssuers.Contains(issuer, StringComparer.Ordinal)
                ? (rules.Issuer, null)
                : throw WrongIssuer();
        }

        if (ClaimReader.Text(claims, rules.TenantClaim) is not { Length: > 0 } tenant)
        {
            throw Rejection.Of(RejectionReason.TenantMissing, $"the ID token has no {rules.TenantClaim}.");
        }

        if (!rules.Tenants.Contains(tenant, StringComparer.OrdinalIgnoreCase))
        {
            throw Rejection.Of(RejectionReason.TenantNotAllowed, "the account is of a tenant that is not allowed.");
        }

        var expected = rules.Issuer.Replace("{tenant}", tenant, StringComparison.Ordinal);
        return issuer == expected ? (expected, tenant) : throw WrongIssuer();

        static BridgeException WrongIssuer() => Rejection.Of(RejectionReason.IssuerMismatch, "the ID token is of another issuer.");
    }

    private static void CheckAudience(JsonElement claims, IdTokenRules rules)
    {
        List<string> audiences =
            !claims.TryGetProperty("aud", out var claim) ? []
            : claim.ValueKind == JsonValueKind.String ? [claim.GetString()!]
            : claim.ValueKind == JsonValueKind.Array
                ?
                [
                    .. claim
                        .EnumerateArray()
                        .Select(static item => item.ValueKind == JsonValueKind.String ? item.GetString()! : string.Empty),
                ]
            : [];
        if (audiences.Count == 0)
        {
            throw Rejection.Of(RejectionReason.AudienceMissing, "the ID token has no aud.");
        }

        if (!audiences.Contains(rules.ClientId, StringComparer.Ordinal))
        {
            throw Rejection.Of(RejectionReason.AudienceMismatch, "the ID token is for another client.");
        }

        var others = audiences.Where(audience => audience != rules.ClientId).ToList();
        if (others.Any(audience => !rules.TrustedAudiences.Contains(audience, StringComparer.Ordinal)))
        {
            throw Rejection.Of(RejectionReason.AudienceUntrusted, "the ID token is also for others.");
        }

        // Of several, azp says which one asked for it (OpenID Connect Core, section 3.1.3.7).
        var hasParty = claims.TryGetProperty("azp", out var party);
        if (hasParty ? party.ValueKind != JsonValueKind.String || party.GetString() != rules.ClientId : others.Count > 0)
        {
            throw Rejection.Of(RejectionReason.AuthorizedPartyMismatch, "the ID token was issued to another client.");
        }
    }

    private static void CheckTimes(JsonElement claims, double now)
    {
        var expiry = ClaimReader.Time(claims, "exp")
            ?? throw Rejection.Of(RejectionReason.ExpiryMissing, "the ID token has no usable exp.");
        if (now >= expiry + Tolerance)
        {
            throw Rejection.Of(RejectionReason.Expired, "the ID token has expired. If that is always so, check this machine's clock.");
        }

        var issuedAt = ClaimReader.Time(claims, "iat")
            ?? throw Rejection.Of(RejectionReason.IssuedAtMissing, "the ID token has no usable iat.");
        if (issuedAt > now + Tolerance || issuedAt < now - OldestIssue - Tolerance)
        {
            throw Rejection.Of(
                RejectionReason.IssuedAtImplausible,
                "the ID token was not issued just now. If that is always so, check this machine's clock."
            );
        }

        if (claims.TryGetProperty("nbf", out _) && (ClaimReader.Time(claims, "nbf") is not { } notBefore || notBefore > now + Tolerance))
        {
            throw Rejection.Of(
                RejectionReason.NotYetValid,
                "the ID token is not valid yet. If that is always so, check this machine's clock."
            );
        }
    }

    private static void CheckBinding(JsonElement claims, IdTokenRules rules)
    {
        if (!claims.TryGetProperty("nonce", out var nonce) || nonce.ValueKind != JsonValueKind.String)
        {
            throw Rejection.Of(RejectionReason.NonceMissing, "the ID token has no nonce.");
        }

        if (!SecretHash.AreEqual(nonce.GetString()!, rules.Nonce))
        {
            throw Rejection.Of(RejectionReason.NonceMismatch, "the ID token belongs to another sign-in.");
        }

        if (
            claims.TryGetProperty("at_hash", out var hash)
            && (hash.ValueKind != JsonValueKind.String || !SecretHash.AreEqual(hash.GetString()!, AccessTokenHash(rules.AccessToken)))
        )
        {
            throw Rejection.Of(
                RejectionReason.AccessTokenHashMismatch,
                "the access token is not the one that the ID token was issued with."
            );
        }
    }

    // Section 3.1.3.6: the left half of the hash of the algorithm, which is SHA-256 for every accepted one.
    private static string AccessTokenHash(string accessToken) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16));
}
