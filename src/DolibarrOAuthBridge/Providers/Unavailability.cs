// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>The bridge's own words for a provider that did not answer properly, as opposed to error codes that a provider sent.</summary>
internal static class Unavailability
{
    /// <summary>Whether an error is one of these words.</summary>
    public static bool IsWord(string error)
    {
        return error is "timeout" or "network" or "tls" or "too_large" or "malformed"
            || error.StartsWith("http_", StringComparison.Ordinal)
            || Refusals.KindOf(error) == RefusalKind.TryLater;
    }
}
