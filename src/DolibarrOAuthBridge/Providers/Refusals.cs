// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// Sorts refusals by the <c>error</c> member alone: descriptions and AADSTS numbers are for people and change without notice.
/// An unknown code never costs a grant.
/// </summary>
internal static class Refusals
{
    /// <summary>What the error code asks for.</summary>
    public static RefusalKind KindOf(string error) =>
        error switch
        {
            // RFC 6749 5.2; OpenID Connect Core 3.1.2.6 and Microsoft; GitHub
            "invalid_grant" or "interaction_required" or "consent_required" or "login_required" or "bad_refresh_token" =>
                RefusalKind.ConsentNeeded,
            "temporarily_unavailable" or "server_error" or "slow_down" => RefusalKind.TryLater,
            _ => RefusalKind.SettingsWrong,
        };

    /// <summary>
    /// What the error code asks for at a provider. Where the application asks in its own name nobody can consent: whatever is refused is
    /// for an administrator.
    /// </summary>
    public static RefusalKind KindOf(string error, Provider provider) =>
        KindOf(error) is var kind && kind == RefusalKind.ConsentNeeded && provider.IsAppOnly ? RefusalKind.SettingsWrong : kind;

    /// <summary>What an administrator should look at, by the error code.</summary>
    public static string Advice(string error) =>
        error switch
        {
            "invalid_client" or "incorrect_client_credentials" =>
                "The provider does not accept the client id or secret: check both in Dolibarr's OAuth setup, and at the provider "
                    + "whether the secret (or certificate) is registered and has not expired.",
            "unauthorized_client" => "The application may not use this grant: check its type and permissions at the provider.",
            "invalid_scope" => "The provider does not grant the configured scopes: correct them in Dolibarr's OAuth setup.",
            "admin_policy_enforced" => "An administrator of the organisation has blocked this application or scope at the provider.",
            "identity_changed" => "The answer was thrown away. If the account at the provider was meant to change, give consent again.",
            _ => "Check the entry in Dolibarr's OAuth setup against the application at the provider.",
        };
}
