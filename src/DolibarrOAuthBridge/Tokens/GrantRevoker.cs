// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Ends a grant: at the provider where it can be (RFC 7009), then in the database. A provider that is down costs nothing but the
/// revocation.
/// </summary>
internal sealed partial class GrantRevoker(
    EntryDirectory entries,
    TokenTable tokens,
    GrantReader reader,
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

    // A refresh that got in between has put a newer grant into the row: that one is to end as well.
    private async Task<(TokenRow Row, RevocationOutcome Outcome)> DeleteAsync(
        OAuthEntry entry,
        bool atProvider,
        bool force,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var lookup = await tokens.FindAsync(entry.Name, entry.Entity, cancellationToken);
            if (lookup.OnlyRow is not { } row)
            {
                await reader.ReadAsync(entry, cancellationToken); // says what is wrong
                continue;
            }

            var outcome = atProvider ? await RevokeAtProviderAsync(entry, force, cancellationToken) : RevocationOutcome.NotAsked;
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

    private async Task<RevocationOutcome> RevokeAtProviderAsync(OAuthEntry entry, bool force, CancellationToken cancellationToken)
    {
        try
        {
            if (await providers.FindAsync(entry, ProviderEndpoint.RevocationEndpoint, cancellationToken) is not { } endpoint)
            {
                return RevocationOutcome.NotOffered;
            }

            var grant = await reader.ReadAsync(entry, cancellationToken);
            await guard.RequireAsync(entry, endpoint, ProviderEndpoint.RevocationEndpoint, grant, cancellationToken);
            await client.RevokeAsync(endpoint, entry, grant, cancellationToken);
            return RevocationOutcome.Revoked;
        }
        catch (Exception exception) when (force && exception is BridgeException or ProviderConfigurationException)
        {
            Log.Forced(logger, entry.Name.Service, exception.Message);
            return RevocationOutcome.Failed;
        }
        catch (ProviderConfigurationException exception)
        {
            throw exception.About(entry.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The token of {Service} (entity {Entity}) was deleted; at the provider: {Outcome}.")]
        public static partial void Revoked(ILogger logger, string service, int entity, RevocationOutcome outcome);

        [LoggerMessage(2, LogLevel.Warning, "The provider could not revoke the grant of {Service}: {Reason}")]
        public static partial void Forced(ILogger logger, string service, string reason);
    }
}
