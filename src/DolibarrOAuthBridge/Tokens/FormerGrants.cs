// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Looks for a grant's former name before its token is refreshed under the present one. A refresh that was begun under the former name
/// has its lease there, where nobody who asks by the present name would see it.
/// </summary>
internal sealed class FormerGrants(
    TokenTable tokens,
    GrantTable grants,
    GrantRenames renames,
    GrantLeaseTable leases,
    BridgeOptions options
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Brings what is known under a former name along.</summary>
    /// <returns>Whether something came along, so that everything must be read again.</returns>
    /// <exception cref="BridgeException">A refresh is under way under the former name.</exception>
    /// <exception cref="Dolibarr.Database.StoreException">The database failed.</exception>
    public async Task<bool> FollowAsync(OAuthEntry entry, StoredGrant grant, GrantRecord record)
    {
        if (record.GrantedAt is not null || record.TokenRow == grant.Row.RowId)
        {
            return false; // it is known by this name
        }

        var byRow = GrantRenames.ByRow(await grants.ListByRowAsync(entry.Entity, grant.Row.RowId));
        if (byRow.Count == 0)
        {
            return false;
        }

        var rows = (await tokens.ListAsync(entry.Entity)).Where(static row => !row.HasOwner && !string.IsNullOrEmpty(row.Value)).ToList();
        var former = GrantRenames.Former(record, grant.Row, byRow, service => rows.Exists(row => AsciiName.AreSame(row.Service, service)));
        if (former is null)
        {
            return false;
        }

        if (await renames.FollowAsync(former, grant.Row, GrantKey.Of(entry)))
        {
            return true;
        }

        var state = await leases.FindLeaseAsync(new GrantKey(former.Service, former.Entity));
        if (state.IsHeld || IsInDoubt(state))
        {
            throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{entry.Name} was {former.Service} until now, and its token is being refreshed under that name. Nothing was asked of the "
                    + "provider; try again in a moment.",
                Pause
            );
        }

        return false;
    }

    private bool IsInDoubt(LeaseState state) =>
        state is { IntentOwner: not null, IntentAge: { } age }
        && age < options.InDoubtFor
        && age > -TimeSpan.FromSeconds(GrantLeaseTable.LongestLease);
}
