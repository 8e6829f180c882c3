// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Tokens.Renewal;

/// <summary>The renewal policy of each company: what its admin chose on the module's setup page, else the sidecar's own setting.</summary>
internal sealed class RenewalPolicies(EntryTable constants, BridgeOptions options)
{
    /// <summary>The constant in <c>llx_const</c>: <c>proactive</c>, <c>on_demand</c>, or nothing.</summary>
    public const string Constant = "OAUTHBRIDGE_RENEWAL";

    /// <summary>The policy of a company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<RenewalPolicy> OfAsync(int entity, CancellationToken cancellationToken = default) =>
        await constants.FindConstantAsync(Constant, entity, cancellationToken) switch
        {
            "proactive" => RenewalPolicy.Proactive,
            "on_demand" => RenewalPolicy.OnDemand,
            _ => options.Renewal,
        };
}
