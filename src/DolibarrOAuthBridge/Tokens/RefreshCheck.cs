// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>A grant as it stands before a refresh.</summary>
/// <param name="Grant">What the row holds.</param>
/// <param name="Record">What is remembered of it.</param>
/// <param name="Suffices">Whether it meets the demand as it is.</param>
internal sealed record GrantState(StoredGrant Grant, GrantRecord Record, bool Suffices);

/// <summary>Decides whether a grant needs a refresh and may have one: first without, then under the lease.</summary>
internal sealed class RefreshCheck(
    GrantReader reader,
    TokenTable tokens,
    GrantTable grants,
    GrantHealer healer,
    FailureRecorder failures,
    TimeProvider time
)
{
    private const int MaxAttempts = 10;

    /// <summary>Looks without the lease: a wait that must be kept, or a token that is fresh enough, costs no write.</summary>
    /// <exception cref="BridgeException">There is no grant to refresh, or the provider must not be asked yet.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<GrantState> LookAsync(OAuthEntry entry, RefreshDemand demand)
    {
        var record = await grants.GetAsync(GrantKey.Of(entry));
        var grant = await reader.ReadAsync(entry);
        if (await healer.NeedsHealingAsync(grant, record))
        {
            return new GrantState(grant, record, Suffices: false);
        }

        var suffices = IsMet(demand, grant, record);
        if (!suffices)
        {
            failures.ThrowIfBackingOff(entry, grant, record, demand);
        }

        return new GrantState(grant, record, suffices);
    }

    /// <summary>Under the lease: heals the row, looks again, and makes sure that the answer could be stored.</summary>
    /// <exception cref="BridgeException">The grant cannot be refreshed, or not now; no refresh token was spent.</exception>
    /// <exception cref="StoreException">The database failed, or cannot be written.</exception>
    public async Task<GrantState> PrepareAsync(OAuthEntry entry, RefreshDemand demand)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var record = await grants.GetAsync(GrantKey.Of(entry));
            var grant = await reader.ReadAsync(entry);
            if (await healer.NeedsHealingAsync(grant, record) && healer.CanHeal(record))
            {
                // Whether it was healed or changed again meanwhile: only a row that was looked at after that may be spent.
                if (await healer.HealAsync(entry, grant, record) && demand.IsForced)
                {
                    demand = demand with { SeenValue = (await reader.ReadAsync(entry)).Row.Value };
                }

                continue;
            }

            if (IsMet(demand, grant, record))
            {
                return new GrantState(grant, record, Suffices: true);
            }

            EntrySettings.RequireComplete(entry);
            RefreshCall.ThrowIfNotRefreshable(entry, grant);
            failures.ThrowIfBackingOff(entry, grant, record, demand);
            if (await tokens.CanReplaceAsync(grant.Row))
            {
                return new GrantState(grant, record, Suffices: false);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50 * attempt), time); // it changed this very moment: look again
        }

        throw new BridgeException(
            ProblemCode.StoreNotWritable,
            $"The row of {entry.Name} changes faster than it can be read. No refresh token was spent; try again.",
            TimeSpan.FromSeconds(1)
        );
    }

    private bool IsMet(RefreshDemand demand, StoredGrant grant, GrantRecord record) =>
        !grant.EndIsImplausible(record, time.GetUtcNow())
        && demand.AsFarAsPossible(grant, record, time.GetUtcNow()).IsMetBy(grant, time.GetUtcNow());
}
