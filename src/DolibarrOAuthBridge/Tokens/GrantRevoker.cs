// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Ends a grant: at the provider where it can be (RFC 7009), then in the database. What goes to the provider is the newest refresh token,
/// so a refresh under way is waited for. A provider that is down costs nothing but the revocation.
/// </summary>
internal sealed partial class GrantRevoker(
    EntryDirectory entries,
    TokenTable tokens,
    GrantReader reader,
    GrantHealer healer,
    GrantLeases leases,
    JournalReplay replay,
    GrantTable grants,
    EventTable events,
    GrantCache cache,
    ProviderDirectory providers,
    TokenRevocationClient client,
    SecretGuard guard,
    ILogger<GrantRevoker> logger
)
{
    private const int MaxAttempts = 3;

    /// <summary>Deletes an entry's row.</summary>
    /// <param name="name">Entry or service name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="atProvider">Whether to revoke at the provider first.</param>
    /// <param name="force">Whether to delete even if the provider could not be asked.</param>
    /// <param name="cancellationToken">Cancels before anything was deleted.</param>
    /// <exception cref="BridgeException">There is no row, the row changed, or the provider could not be asked and
    /// <paramref name="force"/> is not set.</exception>
    public async Task<RevocationOutcome> RevokeAsync(
        string name,
        int entity,
        bool atProvider,
        bool force = false,
        CancellationToken cancellationToken = default
    )
    {
        var entry = await entries.GetAsync(name, entity, cancellationToken);
        var key = GrantKey.Of(entry);
        var (row, outcome) = await DeleteAsync(entry, atProvider, force, cancellationToken);
        await grants.ForgetAsync(key, cancellationToken);
        await events.AppendAsync(key, EventKind.Revoked, $"row {row.RowId} deleted; at the provider: {outcome}", cancellationToken);
        Log.Revoked(logger, entry.Name.Service, entity, outcome);
        return outcome;
    }

    /// <summary>What <see cref="RevokeAsync"/> would do now; nothing changes and no provider is asked.</summary>
    /// <exception cref="BridgeException">There is no row, or none that could be revoked.</exception>
    public async Task<RevocationPlan> PlanAsync(string name, int entity, bool atProvider, CancellationToken cancellationToken = default)
    {
        var entry = await entries.GetAsync(name, entity, cancellationToken);
        var grant = await reader.ReadAsync(entry, cancellationToken);
        try
        {
            var endpoint = atProvider ? await providers.FindAsync(entry, ProviderEndpoint.RevocationEndpoint, cancellationToken) : null;
            return new RevocationPlan(entry.Name.ToString(), grant.Row.RowId, endpoint?.AbsoluteUri);
        }
        catch (ProviderConfigurationException exception)
        {
            throw exception.About(entry.Name);
        }
    }

    // A consent or stock code that got in between has put another grant into the row: that one is to end as well.
    private async Task<(TokenRow Row, RevocationOutcome Outcome)> DeleteAsync(
        OAuthEntry entry,
        bool atProvider,
        bool force,
        CancellationToken cancellationToken
    )
    {
        (TokenRow Row, RevocationOutcome Outcome)? tried = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var lookup = await tokens.FindAsync(entry.Name, entry.Entity, cancellationToken);
            if (lookup.Rows.Count == 0 && tried is { } gone)
            {
                return gone; // the answer to the statement that deleted it was lost, or somebody else deleted it
            }

            if (lookup.OnlyRow is not { } found)
            {
                await reader.ReadAsync(entry, cancellationToken); // says what is wrong
                continue;
            }

            var (row, outcome) = atProvider
                ? await RevokeAtProviderAsync(entry, found, force, cancellationToken)
                : (found, RevocationOutcome.NotAsked);
            tried = (row, outcome);
            if (await DeleteAsync(entry, row, cancellationToken))
            {
                return (row, outcome);
            }
        }

        throw new BridgeException(
            ProblemCode.StoreUnavailable,
            $"The row of {entry.Name} changes all the time. Try again.",
            TimeSpan.FromSeconds(1)
        );
    }

    private async Task<bool> DeleteAsync(OAuthEntry entry, TokenRow row, CancellationToken cancellationToken)
    {
        try
        {
            return await tokens.DeleteAsync(row, cancellationToken);
        }
        finally
        {
            cache.Forget(GrantKey.Of(entry));
        }
    }

    // The row to delete is the one whose grant was revoked: a refresh under way may have changed it before the lease was free.
    private async Task<(TokenRow Row, RevocationOutcome Outcome)> RevokeAtProviderAsync(
        OAuthEntry entry,
        TokenRow row,
        bool force,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (await providers.FindAsync(entry, ProviderEndpoint.RevocationEndpoint, cancellationToken) is not { } endpoint)
            {
                return (row, RevocationOutcome.NotOffered);
            }

            await using var lease = await AcquireAsync(entry, force, cancellationToken);
            var grant = lease is null
                ? await reader.ReadAsync(entry, cancellationToken)
                : await FindNewestAsync(entry, cancellationToken);
            await guard.RequireAsync(entry, endpoint, ProviderEndpoint.RevocationEndpoint, grant, cancellationToken);
            await client.RevokeAsync(endpoint, entry, grant, cancellationToken);
            return (grant.Row, RevocationOutcome.Revoked);
        }
        catch (Exception exception) when (force && exception is BridgeException or ProviderConfigurationException)
        {
            Log.Forced(logger, entry.Name.Service, exception.Message);
            return (row, RevocationOutcome.Failed);
        }
        catch (ProviderConfigurationException exception)
        {
            throw exception.About(entry.Name);
        }
    }

    // Null where it cannot be had and somebody insists: then what stands in the row is revoked.
    private async Task<GrantLease?> AcquireAsync(OAuthEntry entry, bool force, CancellationToken cancellationToken)
    {
        try
        {
            return await leases.AcquireAsync(GrantKey.Of(entry), LeaseWish.ForConsent, null, cancellationToken);
        }
        catch (BridgeException exception) when (force)
        {
            Log.Forced(logger, entry.Name.Service, exception.Message);
            return null;
        }
    }

    // An older refresh token that stock code put back, or one whose successor is in the journal only, would leave the newest one alive.
    private async Task<StoredGrant> FindNewestAsync(OAuthEntry entry, CancellationToken cancellationToken)
    {
        var key = GrantKey.Of(entry);
        if (!await replay.RecoverAsync(key, cancellationToken))
        {
            throw new BridgeException(
                ProblemCode.StoreNotWritable,
                $"A refresh of {entry.Name} still waits in the journal, and with it the newest refresh token. Revoke it when the journal "
                    + "is empty, or with --force, which deletes the row all the same."
            );
        }

        var record = await grants.GetAsync(key, cancellationToken);
        return await healer.WithNewestAsync(entry, await reader.ReadAsync(entry, cancellationToken), record, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The token of {Service} (entity {Entity}) was deleted; at the provider: {Outcome}.")]
        public static partial void Revoked(ILogger logger, string service, int entity, RevocationOutcome outcome);

        [LoggerMessage(2, LogLevel.Warning, "The provider could not revoke the grant of {Service}: {Reason}")]
        public static partial void Forced(ILogger logger, string service, string reason);
    }
}
