// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>Errors that pass by themselves: the bridge's own codes for a provider that did not answer, and a provider's "later".</summary>
internal static class TransientErrors
{
    /// <summary>Whether an error code is one of these.</summary>
    public static bool IsTransient(string error)
    {
        return error is "timeout" or "network" or "tls" or "too_large" or "malformed" or "token_over" or TokenTooLargeException.Error
            || error.StartsWith("http_", StringComparison.Ordinal)
            || Refusals.KindOf(error) == RefusalKind.TryLater;
    }
}
