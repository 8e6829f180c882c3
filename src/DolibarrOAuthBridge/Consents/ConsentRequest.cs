// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>A consent or sign-in to be remembered until the person answers.</summary>
/// <param name="Flow">One of <see cref="ConsentFlows"/>.</param>
/// <param name="Key">The entry's service name and company.</param>
/// <param name="State">The <c>state</c> parameter, of which only the hash is stored; null in flows without one.</param>
/// <param name="Lifetime">How long the person has.</param>
internal sealed record ConsentRequest(string Flow, GrantKey Key, string? State, TimeSpan Lifetime)
{
    /// <inheritdoc />
    public override string ToString() => $"{Flow} of {Key.Service}, entity {Key.Entity}";
}
