// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Metrics;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// One refresh from the lease to the database, in the order that loses nothing: lease, finish what a crash left, re-read,
/// heal, check that the row and the journal can be written, ask the provider, journal, store, forget the journal.
/// </summary>
internal sealed partial class GrantRefresher(
    GrantReader reader,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    GrantHealer healer,
    GrantCommitter committer,
    JournalReplay replay,
    RefreshJournal journal,
    GrantRenewer renewer,
    FailureRecorder failures,
    BridgeOptions options,
    TimeProvider time,
    ILogger<GrantRefresher> logger
)
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);

    /// <summary>Brings a grant to what the demand asks for. It is never cancelled half-way.</summary>
    /// <exception cref="BridgeException">It cannot be had; the stored grant is as it was.</exception>
    public async Task<StoredGrant> RefreshAsync(OAuthEntry entry, RefreshDemand demand)
    {
        var key = GrantKey.Of(entry);
        var owner = $"{ProcessName.Value}/{Guid.NewGuid().ToString("N")[..8]}";
        try
        {
            // Looked at before the lease: a wait that must be kept, or a token as fresh as can be, costs no write.
            if (await LookAsync(entry, demand, key) is { } freshEnough)
            {
                return freshEnough;
            }

            if (await LeaseAsync(entry, demand, key, owner) is { } otherwiseRefreshed)
            {
                return otherwiseRefreshed;
            }

            try
            {
                return await RefreshUnderLeaseAsync(entry, demand, key, owner);
            }
            finally
            {
                await ReleaseAsync(key, owner);
            }
        }
        catch (StoreException exception)
        {
            throw BridgeException.From(exception);
        }
    }

    private async Task<StoredGrant?> LookAsync(OAuthEntry entry, RefreshDemand demand, GrantKey key)
    {
        var memory = await grants.GetAsync(key);
        var grant = await reader.ReadAsync(entry);
        if (GrantHealer.NeedsHealing(grant, memory))
        {
            return null;
        }

        if (demand.AsFarAsPossible(grant, memory).IsMetBy(grant, time.GetUtcNow()))
        {
            return grant;
        }

        failures.RequirePatience(entry, grant, memory, demand.IsForced);
        return null;
    }

    // Null with the lease held; a grant if another process refreshed it while this one waited.
    private async Task<StoredGrant?> LeaseAsync(OAuthEntry entry, RefreshDemand demand, GrantKey key, string owner)
    {
        var patience = time.GetUtcNow() + options.ProviderDeadline + TimeSpan.FromSeconds(3);
        for (var poll = FirstPoll; !await grants.TryLeaseAsync(key, owner, options.LeaseDuration); poll = Min(poll * 2, LongestPoll))
        {
            var grant = await reader.ReadAsync(entry);
            if (demand.IsMetBy(grant, time.GetUtcNow()))
            {
                return grant;
            }

            // A process that died in mid-refresh leaves its lease; on this machine its journal file tells.
            await replay.RunAsync();
            if (time.GetUtcNow() >= patience)
            {
                throw new BridgeException(
                    ProblemCode.ProviderUnavailable,
                    $"Another process has been refreshing {entry.Name} for too long. Try again in a moment.",
                    TimeSpan.FromSeconds(5)
                );
            }

            await Task.Delay(poll, time);
        }

        return null;
    }

    private async Task<StoredGrant> RefreshUnderLeaseAsync(OAuthEntry entry, RefreshDemand demand, GrantKey key, string owner)
    {
        if ((await replay.RunAsync()).Contains(key))
        {
            throw new BridgeException(
                ProblemCode.StoreNotWritable,
                $"An earlier refresh of {entry.Name} still waits in the journal for the database. Nothing is lost; see the log "
                    + "for what the database said.",
                TimeSpan.FromSeconds(10)
            );
        }

        var memory = await grants.GetAsync(key);
        var grant = await reader.ReadAsync(entry);
        if (await healer.HealAsync(entry, grant, memory))
        {
            grant = await reader.ReadAsync(entry);
            demand = demand with { SeenValue = demand.IsForced ? grant.Row.Value : null };
        }

        if (demand.AsFarAsPossible(grant, memory).IsMetBy(grant, time.GetUtcNow()))
        {
            return grant;
        }

        EntrySettings.RequireComplete(entry);
        GrantRenewer.RequireRenewable(entry, grant);
        failures.RequirePatience(entry, grant, memory, demand.IsForced);
        if (!await tokens.CanReplaceAsync(grant.Row))
        {
            throw new BridgeException(
                ProblemCode.StoreNotWritable,
                $"The row of {entry.Name} changed this very moment. Try again.",
                TimeSpan.FromSeconds(1)
            );
        }

        var intent = new JournalRecord
        {
            Instance = journal.Instance,
            Service = key.Service,
            Entity = key.Entity,
            Owner = owner,
            RowId = grant.Row.RowId,
            OldValueHash = SecretHash.Of(grant.Row.Value)!,
            OldRefreshHash = grant.RefreshHash,
            GrantedAt = memory.GrantedAt,
        };
        using var record = journal.Begin(intent);
        var answer = await AskAsync(entry, grant, record);
        BridgeMeter.RefreshAnswered(entry, answer);
        if (answer is TokenAnswer.Issued issued)
        {
            return await StoreAsync(entry, grant, intent, record, issued.Response);
        }

        return await HandleRefusalAsync(entry, demand, grant, memory, answer);
    }

    // Without an answer to keep, the journal has nothing to remember.
    private async Task<TokenAnswer> AskAsync(OAuthEntry entry, StoredGrant grant, JournalFile record)
    {
        TokenAnswer? answer = null;
        try
        {
            return answer = RenewedIdentity.Check(grant.Token, await renewer.RenewAsync(entry, grant));
        }
        finally
        {
            if (answer is not TokenAnswer.Issued)
            {
                record.Remove();
            }
        }
    }

    private async Task<StoredGrant> StoreAsync(
        OAuthEntry entry,
        StoredGrant grant,
        JournalRecord intent,
        JournalFile record,
        TokenResponse response
    )
    {
        var now = time.GetUtcNow();
        var renewed = response.ToStoredToken(grant.Token, ProviderCatalogue.Of(entry.Name).MissingExpiry, now);
        var answer = intent with
        {
            NewValue = codec.Rewrite(renewed, grant.Row.Value!),
            At = now.UtcDateTime,
            RefreshTokenExpiresAt = response.RefreshTokenExpiresIn is { } lifetime ? (now + lifetime).UtcDateTime : null,
        };
        KeepSafe(entry, record, answer);
        CrashPoint.Reach("answer-journaled");
        try
        {
            var outcome = await committer.CommitAsync(answer, "refreshed");
            CrashPoint.Reach("stored");
            record.Remove();
            Log.Refreshed(logger, entry.Name.Service, entry.Entity, outcome);
            return outcome switch
            {
                CommitOutcome.Stored => StoredGrant.Decode(grant.Row with { Value = answer.NewValue }, codec),
                CommitOutcome.OtherGrantKept => await reader.ReadAsync(entry),
                _ => throw new BridgeException(
                    ProblemCode.TokenNotFound,
                    $"The token of {entry.Name} was deleted while it was refreshed, and stays deleted."
                ),
            };
        }
        catch (StoreException exception)
        {
            // The answer is safe in the journal and the access token is good: the caller's mail need not wait for the database.
            Log.NotYetStored(logger, entry.Name.Service, entry.Entity, exception.Message);
            return StoredGrant.Decode(grant.Row with { Value = answer.NewValue }, codec);
        }
    }

    private void KeepSafe(OAuthEntry entry, JournalFile record, JournalRecord answer)
    {
        try
        {
            record.WriteAnswer(answer);
        }
        catch (IOException exception)
        {
            Log.NotJournaled(logger, exception, entry.Name.Service, entry.Entity); // all the more must the database have it
        }
    }

    // The provider said no to a refresh token that somebody else may have replaced meanwhile.
    private async Task<StoredGrant> HandleRefusalAsync(
        OAuthEntry entry,
        RefreshDemand demand,
        StoredGrant spent,
        GrantRecord memory,
        TokenAnswer answer
    )
    {
        if (answer is TokenAnswer.Refused { Error: var error } && Refusals.KindOf(error) == RefusalKind.ConsentNeeded)
        {
            var now = await reader.ReadAsync(entry);
            if (now.Row.Value != spent.Row.Value && now.LivesFor(demand.IsForced ? TimeSpan.Zero : demand.Lifetime, time.GetUtcNow()))
            {
                return now;
            }
        }

        throw await failures.RecordAsync(entry, spent, memory, answer);
    }

    private async Task ReleaseAsync(GrantKey key, string owner)
    {
        try
        {
            await grants.ReleaseAsync(key, owner);
        }
        catch (StoreException exception)
        {
            Log.LeaseLeft(logger, key.Service, exception.Message); // it ends by itself
        }
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Refreshed {Service} (entity {Entity}): {Outcome}.")]
        public static partial void Refreshed(ILogger logger, string service, int entity, CommitOutcome outcome);

        [LoggerMessage(2, LogLevel.Error, "The refreshed grant of {Service} (entity {Entity}) waits in the journal: {Reason}")]
        public static partial void NotYetStored(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(3, LogLevel.Warning, "The lease of {Service} could not be given back and ends by itself: {Reason}")]
        public static partial void LeaseLeft(ILogger logger, string service, string reason);

        [LoggerMessage(4, LogLevel.Error, "The provider's answer for {Service} (entity {Entity}) could not be written to the journal.")]
        public static partial void NotJournaled(ILogger logger, Exception exception, string service, int entity);
    }
}
