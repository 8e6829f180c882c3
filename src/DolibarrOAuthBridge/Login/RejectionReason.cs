// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// Which check of a sign-in failed: the stable <c>reason</c> of an <c>identity_rejected</c> problem. Sections are of OpenID
/// Connect Core unless said otherwise. Nothing is asked of the provider after a rejection.
/// </summary>
internal static class RejectionReason
{
    /// <summary>The user pressed Cancel or Deny at the provider: <c>access_denied</c> (3.1.2.6). Nothing is wrong.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The provider answered the authorization request with another error (3.1.2.6).</summary>
    public const string AuthorizationRefused = "authorization_refused";

    /// <summary>The provider does not take the code: used, too old, or meant for another request (RFC 6749, 5.2 invalid_grant).</summary>
    public const string CodeRefused = "code_refused";

    /// <summary>The provider's metadata is about another issuer (Discovery, 4.3).</summary>
    public const string MetadataIssuerMismatch = "metadata_issuer_mismatch";

    /// <summary>The authorization response lacks the <c>iss</c> that the metadata promises (RFC 9207, 2.4).</summary>
    public const string ResponseIssuerMissing = "response_issuer_missing";

    /// <summary>The authorization response comes from another issuer: a mix-up (RFC 9207, 2.4).</summary>
    public const string ResponseIssuerMismatch = "response_issuer_mismatch";

    /// <summary>The token response has no ID token (3.1.3.3).</summary>
    public const string IdTokenMissing = "id_token_missing";

    /// <summary>The ID token is no signed JWT in compact form, or too large, or its JSON is not well-formed.</summary>
    public const string IdTokenMalformed = "id_token_malformed";

    /// <summary>The ID token is encrypted, which nobody asked for; it is not decrypted.</summary>
    public const string IdTokenEncrypted = "id_token_encrypted";

    /// <summary>The header's <c>typ</c> says that this is another kind of token.</summary>
    public const string TokenTypeWrong = "token_type_wrong";

    /// <summary>
    /// The header names its own key or an extension: <c>jku</c>, <c>jwk</c>, <c>x5u</c>, <c>x5c</c>, <c>crit</c>, <c>b64</c>.
    /// </summary>
    public const string HeaderForbidden = "header_forbidden";

    /// <summary>The signature's algorithm is not RS256, PS256 or ES256, or not one that the provider lists.</summary>
    public const string AlgorithmNotAllowed = "algorithm_not_allowed";

    /// <summary>The provider publishes no key that could have signed this.</summary>
    public const string KeyUnknown = "key_unknown";

    /// <summary>The token names no key and several could have signed it.</summary>
    public const string KeyAmbiguous = "key_ambiguous";

    /// <summary>The signature is wrong.</summary>
    public const string SignatureInvalid = "signature_invalid";

    /// <summary>No <c>iss</c>.</summary>
    public const string IssuerMissing = "issuer_missing";

    /// <summary><c>iss</c> is not exactly the provider's issuer.</summary>
    public const string IssuerMismatch = "issuer_mismatch";

    /// <summary>No <c>sub</c>, or one beyond 255 ASCII characters (2).</summary>
    public const string SubjectMissing = "subject_missing";

    /// <summary>No <c>aud</c>.</summary>
    public const string AudienceMissing = "audience_missing";

    /// <summary><c>aud</c> does not hold this client.</summary>
    public const string AudienceMismatch = "audience_mismatch";

    /// <summary><c>aud</c> holds others besides this client; none is trusted.</summary>
    public const string AudienceUntrusted = "audience_untrusted";

    /// <summary><c>azp</c> is not this client.</summary>
    public const string AuthorizedPartyMismatch = "authorized_party_mismatch";

    /// <summary>No <c>exp</c>, or none that is a time.</summary>
    public const string ExpiryMissing = "expiry_missing";

    /// <summary><c>exp</c> is over.</summary>
    public const string Expired = "expired";

    /// <summary>No <c>iat</c>, or none that is a time.</summary>
    public const string IssuedAtMissing = "issued_at_missing";

    /// <summary><c>iat</c> is in the future or more than an hour old: the token was not made for this sign-in.</summary>
    public const string IssuedAtImplausible = "issued_at_implausible";

    /// <summary><c>nbf</c> is in the future, or no time.</summary>
    public const string NotYetValid = "not_yet_valid";

    /// <summary>No <c>nonce</c>.</summary>
    public const string NonceMissing = "nonce_missing";

    /// <summary><c>nonce</c> is not the one of this sign-in: a replay.</summary>
    public const string NonceMismatch = "nonce_mismatch";

    /// <summary><c>at_hash</c> does not fit the access token (3.1.3.6).</summary>
    public const string AccessTokenHashMismatch = "access_token_hash_mismatch";

    /// <summary>A claim about the user is of the wrong type, too long, or holds characters that are used to deceive.</summary>
    public const string ClaimMalformed = "claim_malformed";

    /// <summary>The token does not say which tenant it is from.</summary>
    public const string TenantMissing = "tenant_missing";

    /// <summary>The tenant is neither the entry's nor on the company's list.</summary>
    public const string TenantNotAllowed = "tenant_not_allowed";

    /// <summary>The account is not of a hosted domain on the company's list.</summary>
    public const string HostedDomainNotAllowed = "hosted_domain_not_allowed";

    /// <summary>The userinfo answer is about somebody else (5.3.2).</summary>
    public const string UserInfoSubjectMismatch = "userinfo_subject_mismatch";

    /// <summary>A claim had to come from the userinfo endpoint, and that gave no usable answer.</summary>
    public const string UserInfoUnusable = "userinfo_unusable";
}
