// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Reports.Warnings;

/// <summary>Whether the grant can be renewed, and for how long still.</summary>
internal static class GrantWarnings
{
    private static readonly TimeSpan ShortNotice = TimeSpan.FromDays(3);
    private static readonly TimeSpan LongNotice = TimeSpan.FromDays(14);
    private static readonly TimeSpan ShortLife = TimeSpan.FromDays(30);

    public static IEnumerable<EntryWarning> Of(EntryFacts facts)
    {
        if (facts.Grant is not { } grant)
        {
            yield break;
        }

        if (grant.RefreshHash is not null && grant.RefreshHash == facts.Memory.DeadHash)
        {
            yield return new("consent_required", "The provider no longer accepts this grant: give consent again.");
            yield break;
        }

        if (!grant.NeverExpires && !grant.IsRenewableAt(facts.Provider))
        {
            yield return new(
                "no_refresh_token",
                "There is no refresh token, so the access token cannot be renewed: give consent again, at Microsoft with the "
                    + "scope offline_access."
            );
        }

        if (grant.RefreshToken is not null && (Ending(facts) ?? Idle(facts, grant)) is { } warning)
        {
            yield return warning;
        }
    }

    // What the provider itself says: refresh_token_expires_in.
    private static EntryWarning? Ending(EntryFacts facts)
    {
        if (facts.Memory.RefreshTokenExpiresAt is not { } end)
        {
            return null;
        }

        var whole = end - (facts.Memory.RefreshedAt ?? facts.Memory.GrantedAt);
        var left = end - facts.Now.UtcDateTime;
        return left >= (whole > ShortLife ? LongNotice : ShortNotice)
            ? null
            : new(
                "refresh_token_ending",
                $"The provider lets the refresh token live {(left > TimeSpan.Zero ? "only " : string.Empty)}until "
                    + $"{end:yyyy-MM-dd HH:mm} UTC: give consent again{(left > TimeSpan.Zero ? " before" : string.Empty)}.{Testing(facts.Provider)}"
            );
    }

    private static string Testing(Provider provider) =>
        provider.TestingGrantLifetime is { } days
            ? $" An application whose publishing status at {provider.Name} is Testing gets {days.TotalDays:0} days each time; "
                + "publish it to end that."
            : string.Empty;

    // What is known of the provider: a refresh token dies of not being used.
    private static EntryWarning? Idle(EntryFacts facts, StoredGrant grant)
    {
        if (facts.Provider.RefreshTokenIdleLifetime is not { } lifetime || grant.LastRefresh(facts.Memory) is not { } last)
        {
            return null;
        }

        var left = last + lifetime - facts.Now.UtcDateTime;
        return left >= LongNotice
            ? null
            : new(
                "refresh_token_idle",
                left > TimeSpan.Zero
                    ? $"The grant was last renewed on {last:yyyy-MM-dd}, and {facts.Provider.Name} ends a refresh token that is "
                        + $"not used for {lifetime.TotalDays:0} days: renew it now, and see that the sidecar runs, which does so by itself."
                    : $"The grant was last renewed on {last:yyyy-MM-dd}, and {facts.Provider.Name} ends a refresh token that is "
                        + $"not used for {lifetime.TotalDays:0} days, so it is probably dead: try to renew it, else give consent again."
            );
    }
}
