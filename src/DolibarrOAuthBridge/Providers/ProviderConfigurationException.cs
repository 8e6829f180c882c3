// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// An entry or the sidecar's own configuration names an endpoint that cannot be used. The message says which setting and why.
/// </summary>
internal sealed class ProviderConfigurationException(string message) : Exception(message)
{
    /// <summary>It as callers are told it: <c>entry_incomplete</c>, with the entry's name before the message.</summary>
    public BridgeException About(EntryName entry) => new(ProblemCode.EntryIncomplete, $"{entry}: {Message}", innerException: this);
}
