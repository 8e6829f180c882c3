// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>Who must answer an authorization request (RFC 9207).</summary>
/// <param name="Identifier">The issuer identifier, compared character by character; null if it is not known.</param>
/// <param name="IsRequired">Whether the server promises to name itself in every answer, so that one without <c>iss</c> is not its
/// own.</param>
internal sealed record ExpectedIssuer(string? Identifier, bool IsRequired)
{
    /// <summary>The identifiers that count; several where a provider has one for each tenant.</summary>
    public IReadOnlyList<string> Identifiers { get; init; } = Identifier is null ? [] : [Identifier];

    /// <summary>Nobody knows.</summary>
    public static ExpectedIssuer Unknown { get; } = new(null, false);

    /// <summary>
    /// Why an answer is not this issuer's; null if it may be. Where the issuer is not known, an <c>iss</c> must at least be of
    /// the host that the browser was sent to: another one's answer came from a mix-up.
    /// </summary>
    /// <param name="iss">The <c>iss</c> of the answer; null if it has none.</param>
    /// <param name="authorizationEndpoint">Where the browser was sent.</param>
    public string? Refusal(string? iss, Uri authorizationEndpoint) =>
        IsMissing(iss) ? "The answer does not say which provider it comes from, and this provider always does."
        : IsForeign(iss, authorizationEndpoint) ? "The answer comes from another provider than the one that was asked."
        : null;

    /// <summary>Whether an answer lacks the <c>iss</c> that the server promises.</summary>
    public bool IsMissing(string? iss) => iss is null && IsRequired;

    /// <summary>Whether an answer names another issuer.</summary>
    public bool IsForeign(string? iss, Uri authorizationEndpoint) =>
        iss is not null
        && !(Identifiers.Count > 0 ? Identifiers.Contains(iss, StringComparer.Ordinal) : IsOfHost(iss, authorizationEndpoint));

    private static bool IsOfHost(string iss, Uri endpoint) =>
        Uri.TryCreate(iss, UriKind.Absolute, out var issuer) && issuer.Scheme == endpoint.Scheme && issuer.Authority == endpoint.Authority;
}
