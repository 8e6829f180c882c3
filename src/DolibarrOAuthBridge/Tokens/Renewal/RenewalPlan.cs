// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens.Renewal;

/// <summary>Decides which grants are renewed without being asked for. Pure: it reads no clock and no table.</summary>
internal static class RenewalPlan
{
    private static readonly TimeSpan InUse = TimeSpan.FromHours(24);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestIdleLifetime = TimeSpan.FromDays(7); // Okta's default

    /// <summary>Whether a grant is due.</summary>
    /// <param name="provider">Its provider.</param>
    /// <param name="grant">Its row.</param>
    /// <param name="record">What is remembered of it.</param>
    /// <param name="policy">The company's policy.</param>
    /// <param name="options">The sidecar's settings.</param>
    /// <param name="now">The present.</param>
    public static bool IsDue(
        Provider provider,
        StoredGrant grant,
        GrantRecord record,
        RenewalPolicy policy,
        BridgeOptions options,
        DateTimeOffset now
    )
    {
        if (record.IsPaused || grant.NeverExpires || !grant.IsRenewableAt(provider))
        {
            return false;
        }

        // A provider whose tokens are dead on arrival must not be asked at every look.
        if (record.RefreshedAt is { } refreshedAt && (now.UtcDateTime - refreshedAt).Duration() < Pause)
        {
            return false;
        }

        var endsSoon =
            grant.EndIsImplausible(record, now)
            || !new RefreshDemand(options.RenewAhead).AsFarAsPossible(grant, record, now).IsMetBy(grant, now);
        var isUsed = record.UsedAt is { } usedAt && now.UtcDateTime - usedAt < InUse;
        return (policy == RenewalPolicy.Proactive && isUsed && endsSoon) || (endsSoon && IsAgeing(provider, grant, record, now));
    }

    // A third of the idle lifetime: two failures in a row still leave time for a person.
    private static bool IsAgeing(Provider provider, StoredGrant grant, GrantRecord record, DateTimeOffset now) =>
        grant.LastRefresh(record) is { } last
        && IdleLifetime(provider, grant, record, last) is { } lifetime
        && now.UtcDateTime - last > lifetime / 3;

    // What the catalogue knows, else what the provider said, else what no provider is known to undercut. A grant of seven days (a Google
    // application in Testing) ends all the same: nothing prolongs it.
    private static TimeSpan? IdleLifetime(Provider provider, StoredGrant grant, GrantRecord record, DateTime last) =>
        provider.RefreshTokenIdleLifetime
        ?? (
            grant.RefreshToken is null ? null
            : record.RefreshTokenExpiresAt is { } end && end > last ? end - last
            : ShortestIdleLifetime
        );
}
