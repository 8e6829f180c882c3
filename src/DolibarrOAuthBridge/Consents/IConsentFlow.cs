// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>One way to get a grant. <see cref="ConsentService"/> finds all that are registered, by name.</summary>
internal interface IConsentFlow
{
    /// <summary>Its name in the API and in the table; one of <see cref="ConsentFlows"/>.</summary>
    string Name { get; }

    /// <summary>Begins, for an entry whose provider has this flow and whose settings are complete.</summary>
    /// <exception cref="BridgeException">It cannot begin, or (flows that ask nobody) the provider refused.</exception>
    Task<ConsentStarted> BeginAsync(OAuthEntry entry, ConsentOptions consentOptions, CancellationToken cancellationToken = default);
}
