// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Reports.Warnings;

/// <summary>Whether the grant can be renewed, and for how long still.</summary>
internal static class GrantWarnings
{
    private static readonly TimeSpan ShortNotice = TimeSpan.FromDays(3);
    private static readonly TimeSpan LongNotice = TimeSpan.FromDays(14);
    private static readonly TimeSpan ShortLife = TimeSpan.FromDays(30);
    private static readonly TimeSpan Fleeting = TimeSpan.FromDays(1);

    public static IEnumerable<EntryWarning> Of(EntryFacts facts)
    {
        if (facts.Memory is { IsPaused: true } memory)
        {
            yield return Paused(facts, memory);
        }

        if (facts.Grant is not { } grant)
        {
            yield break;
        }

        if (grant.RefreshHash is not null && grant.RefreshHash == facts.Memory.DeadHash)
        {
            yield return new(
                EntryWarningCode.ConsentRequired,
                Severity.Error,
                "The provider no longer accepts this grant.",
                "Give consent again. In case the refusal passes, the provider is asked again when somebody needs a token, at most once "
                    + "an hour and after more refusals once a day."
            );
            yield break;
        }

        if (facts.Memory is { LastError: TokenTooLargeException.Error, LastErrorDetail: var detail })
        {
            yield return new(
                EntryWarningCode.TokenTooLarge,
                Severity.Error,
                detail ?? "The provider's access token is larger than Dolibarr's token table holds.",
                "Have the provider make smaller ones (fewer scopes, no group or role claims), or enlarge the column token of "
                    + $"{facts.TablePrefix}oauth_token to mediumtext."
            );
        }

        if (!grant.NeverExpires && !grant.IsRenewableAt(facts.Provider))
        {
            yield return new(
                EntryWarningCode.NoRefreshToken,
                HasEnded(facts, grant) && facts.Uses.Count > 0 ? Severity.Error : Severity.Warning,
                HasEnded(facts, grant)
                    ? "The access token has ended, and there is no refresh token to renew it with."
                    : "There is no refresh token, so the access token cannot be renewed.",
                $"Give consent again{ScopeAdvice(facts.Provider)}."
            );
        }

        if (facts.Memory is { Account: { } now, AccountBefore: { } before })
        {
            yield return new(
                EntryWarningCode.AccountChanged,
                Severity.Warning,
                $"{GrantAccount.Parse(before)} had given the consent, and the token of the present one opens the mailbox "
                    + $"{GrantAccount.Parse(now)}.",
                "If that was not meant, give consent again with the former account; if it was, give it once more and say that another "
                    + "account may take over (confirm_account_change). If it is a mailbox that the former account may open, check the "
                    + "former account's own mailbox too, which ends this warning."
            );
        }

        foreach (var use in facts.Uses.Where(use => IsOtherMailbox(facts, use)))
        {
            yield return new(
                EntryWarningCode.AccountDiffers,
                Severity.Warning,
                $"The grant is of {GrantAccount.Parse(facts.Memory.Account)}, and {use.Where} logs in to the mailbox {use.Login}.",
                "If that is not a shared mailbox of this account, correct the login in Dolibarr, or give consent with the other account."
            );
        }

        if (grant.RefreshToken is not null && (Ending(facts) ?? Idle(facts, grant)) is { } warning)
        {
            yield return warning;
        }
    }

    private static EntryWarning Paused(EntryFacts facts, GrantRecord memory) =>
        memory.MovedId is { } export
            ? new(
                EntryWarningCode.Moved,
                Severity.Warning,
                $"The grant was moved to another server on {memory.PausedAt:yyyy-MM-dd HH:mm} UTC (export {export}), so it is not renewed "
                    + "here.",
                "Delete the entry here if the other server serves everybody, or give consent again for a grant of its own."
            )
            : new(
                EntryWarningCode.Paused,
                Severity.Warning,
                $"Somebody paused it on {memory.PausedAt:yyyy-MM-dd HH:mm} UTC"
                    + $"{(memory.PausedReason is { Length: > 0 } reason ? $" ({reason})" : string.Empty)}, so nothing renews its token.",
                $"To go on, run: dolibarr-oauth-bridge resume {facts.Entry.Name}"
            );

    private static bool IsOtherMailbox(EntryFacts facts, EntryUse use) =>
        GrantAccount.Parse(facts.Memory.Account)?.Name is { } account
        && account.Contains('@', StringComparison.Ordinal)
        && use.Login.Contains('@', StringComparison.Ordinal)
        && !string.Equals(account, use.Login, StringComparison.OrdinalIgnoreCase);

    private static bool HasEnded(EntryFacts facts, StoredGrant grant) => !grant.LivesFor(TimeSpan.Zero, facts.Now);

    private static string ScopeAdvice(Provider provider) =>
        provider.AlwaysAskedScopes is [var scope, ..] ? $", with the scope {scope}" : string.Empty;

    // What the provider itself says: refresh_token_expires_in. One that lives for hours gets a new time with each refresh, and is refreshed
    // when a third of it is over: only where that did not happen is there something to say.
    private static EntryWarning? Ending(EntryFacts facts)
    {
        if (facts.Memory.RefreshTokenExpiresAt is not { } end)
        {
            return null;
        }

        var whole = end - (facts.Memory.RefreshedAt ?? facts.Memory.GrantedAt);
        var left = end - facts.Now.UtcDateTime;
        var notice =
            whole > ShortLife ? LongNotice
            : whole < Fleeting ? whole.Value / 3
            : ShortNotice;
        return left >= notice
            ? null
            : new(
                EntryWarningCode.RefreshTokenEnding,
                Severity.Warning,
                $"The provider lets the refresh token live {(left > TimeSpan.Zero ? "only " : string.Empty)}until "
                    + $"{end:yyyy-MM-dd HH:mm} UTC.",
                $"Give consent again{(left > TimeSpan.Zero ? " before" : string.Empty)}.{Testing(facts.Provider)}"
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
                EntryWarningCode.RefreshTokenIdle,
                Severity.Warning,
                $"The grant was last renewed on {last:yyyy-MM-dd}, and {facts.Provider.Name} ends a refresh token that is "
                    + $"not used for {lifetime.TotalDays:0} days{(left > TimeSpan.Zero ? string.Empty : ", so it is probably dead")}.",
                left > TimeSpan.Zero
                    ? "Renew it now, and see that the sidecar runs, which does so by itself."
                    : "Try to renew it, else give consent again."
            );
    }
}
