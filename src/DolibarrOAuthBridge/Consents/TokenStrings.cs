// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// What <c>llx_oauth_token.tokenstring</c> holds beside a token: Dolibarr's Stripe module finds the connected account there.
/// </summary>
internal static class TokenStrings
{
    /// <summary>The JSON text; null where the provider's entries have none.</summary>
    public static string? Of(OAuthEntry entry, StoredToken token)
    {
        var members = ProviderCatalogue
            .Of(entry.Name)
            .TokenStringMembers.Select(name => KeyValuePair.Create(name, token.ExtraParams.GetString(name)))
            .Where(static member => member.Value is not null)
            .ToList();
        return members.Count == 0
            ? null
            : new JsonObject(
                members.Select(static member => KeyValuePair.Create(member.Key, (JsonNode?)JsonValue.Create(member.Value)))
            ).ToJsonString();
    }
}
