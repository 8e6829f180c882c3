// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>
/// A provider as Dolibarr spells it: in constants (<c>OAUTH_GITHUB-…</c>) and in <c>llx_oauth_token.service</c>
/// (<c>GitHub-…</c>).
/// </summary>
/// <param name="Key">The spelling in constants and entry names.</param>
/// <param name="ServicePrefix">The spelling in the token table.</param>
public sealed record EntryProvider(string Key, string ServicePrefix)
{
    /// <summary>Every provider that some release of Dolibarr stores tokens for.</summary>
    public static IReadOnlyList<EntryProvider> All { get; } =
    [
        new("GOOGLE", "Google"),
        new("MICROSOFT", "Microsoft"),
        new("MICROSOFT2", "Microsoft2"),
        new("MICROSOFT3", "Microsoft3"),
        new("MICROSOFTAPP", "Microsoftapp"),
        new("GENERIC", "Generic"),
        new("GITHUB", "GitHub"),
        new("STRIPETEST", "StripeTest"),
        new("STRIPELIVE", "StripeLive"),
        new("STRIPE_TEST", "StripeTest"), // up to Dolibarr 19
        new("STRIPE_LIVE", "StripeLive"),
    ];
}
