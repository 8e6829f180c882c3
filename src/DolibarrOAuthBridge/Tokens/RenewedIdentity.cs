// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>Whose tokens a refresh brought (OpenID Connect Core, section 12.2): issuer and subject must be those of the grant.</summary>
internal static class RenewedIdentity
{
    /// <summary>The bridge's word for tokens of another account, where a provider would say an error.</summary>
    public const string Changed = "identity_changed";

    /// <summary>An answer, unless its ID token is another account's: such tokens must not take the place of the grant.</summary>
    /// <param name="token">The token that was refreshed.</param>
    /// <param name="answer">What the provider answered.</param>
    public static TokenAnswer Check(StoredToken token, TokenAnswer answer)
    {
        return
            answer is TokenAnswer.Issued issued
            && IdTokenClaims.Read(token.IdToken) is { } before
            && IdTokenClaims.Read(issued.Response.IdToken) is { } after
            && (before.Account?.Subject != after.Account?.Subject || Host(before.Issuer) != Host(after.Issuer))
            ? new TokenAnswer.Refused(Changed, "The provider answered with the tokens of another account.")
            : answer;
    }

    // Google spells its issuer with and without the scheme.
    private static string? Host(string? issuer) =>
        issuer?.StartsWith("https://", StringComparison.Ordinal) == true ? issuer["https://".Length..] : issuer;
}
