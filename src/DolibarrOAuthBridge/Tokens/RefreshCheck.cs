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
internal sealed record GrantState(StoredGrant Grant, GrantRecord Record, bool Suffices)
{
    /// <summary>Whether the newest refresh token will be put back into the row before it is spent.</summary>
    public bool IsToBeHealed { get; init; }

    /// <summary>Hash of the refresh token that a refresh will spend.</summary>
    public string? SpentHash => IsToBeHealed ? Record.NewestHash : Grant.RefreshHash;
}

/// <summary>Decides whether a grant needs a refresh and may have one: first without, then under the lease.</summary>
internal sealed class RefreshCheck(
    GrantReader reader,
    TokenTable tokens,
    GrantTable grants,
    GrantHealer healer,
    FailureRecorder failures,
    EventTable events,
    TimeProvider time
)
{
    private const int MaxAttempts = 20;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Looks without the lease: a wait that must be kept, or a token that is fresh enough, costs no write.</summary>
    /// <exception cref="BridgeException">There is no grant to refresh, or the provider must not be asked yet.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<GrantState> LookAsync(OAuthEntry entry, RefreshDemand demand)
    {
        var record = await grants.GetAsync(GrantKey.Of(entry));
        var grant = await reader.ReadAsync(entry);
        if (record.IsPaused)
        {
            return IsMet(demand, grant, record) ? new GrantState(grant, record, Suffices: true) : throw GrantPause.Refusal(entry, record);
        }

        if (await healer.NeedsHealingAsync(grant, record))
        {
            return new GrantState(grant, record, Suffices: false) { IsToBeHealed = true };
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
        var wasHealed = false;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var record = await grants.GetAsync(GrantKey.Of(entry));
            var grant = await reader.ReadAsync(entry);
            if (!record.IsPaused && healer.CanHeal(entry, record) && await healer.NeedsHealingAsync(grant, record))
            {
                // Then from the beginning: stock code may write the old refresh token once more before it is read again.
                wasHealed |= await healer.HealAsync(entry, grant, record);
                await PauseAsync(attempt);
                continue;
            }

            if (wasHealed && demand.IsForced)
            {
                demand = demand with { SeenValue = grant.Row.Value };
            }

            if (IsMet(demand, grant, record))
            {
                return new GrantState(grant, record, Suffices: true);
            }

            if (record.IsPaused)
            {
                throw GrantPause.Refusal(entry, record);
            }

            EntrySettings.RequireComplete(entry);
            RefreshCall.ThrowIfNotRefreshable(entry, grant);
            failures.ThrowIfBackingOff(entry, grant, record, demand);
            if (await tokens.CanReplaceAsync(grant.Row, (connection, transaction) => events.TryAsync(connection, transaction)))
            {
                return new GrantState(grant, record, Suffices: false);
            }

            await PauseAsync(attempt); // it changed this very moment: look again
        }

        throw new BridgeException(
            ProblemCode.StoreNotWritable,
            $"The row of {entry.Name} changes faster than it can be read. No refresh token was spent; try again.",
            TimeSpan.FromSeconds(1)
        );
    }

    private Task PauseAsync(int attempt) =>
        attempt == 1 ? Task.CompletedTask
        : TimeSpan.FromMilliseconds(50 * attempt) is var pause && pause < LongestPause ? Task.Delay(pause, time)
        : Task.Delay(LongestPause, time);

    private bool IsMet(RefreshDemand demand, StoredGrant grant, GrantRecord record) =>
        !grant.EndIsImplausible(record, time.GetUtcNow())
        && demand.AsFarAsPossible(grant, record, time.GetUtcNow()).IsMetBy(grant, time.GetUtcNow());
}
