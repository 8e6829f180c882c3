// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Grants;

/// <summary>What identifies a grant: the service name in the token table and the company.</summary>
/// <param name="Service">The service, such as <c>Google-Mail</c>, in the entry's spelling.</param>
/// <param name="Entity">The company.</param>
internal readonly record struct GrantKey(string Service, int Entity)
{
    /// <summary>The grant of an entry.</summary>
    public static GrantKey Of(OAuthEntry entry)
    {
        return new GrantKey(entry.Name.Service, entry.Entity);
    }
}
