// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Stores failed refreshes, so that a provider is asked again only when it makes sense, and says each in the caller's terms.
/// </summary>
internal sealed partial class FailureRecorder(GrantTable grants, EventTable events, TimeProvider time, ILogger<FailureRecorder> logger)
{
    private const int MaxDetail = 255;

    /// <summary>Throws while the back-off after the last failure has not elapsed.</summary>
    /// <exception cref="BridgeException">It has not; the message says what happened last and when to try again.</exception>
    public void ThrowIfBackingOff(OAuthEntry entry, StoredGrant grant, GrantRecord record, RefreshDemand demand)
    {
        if (record.LastError is null || record.FailedSettings != EntrySettings.Fingerprint(entry))
        {
            return;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var isDead = Refusals.KindOf(record.LastError, ProviderCatalogue.Of(entry)) == RefusalKind.ConsentNeeded;
        var longest = isDead ? Backoff.Longest : Backoff.LongestTransient; // a longer wait was stored by a clock that was wrong
        var wait = record.NextTryAt is { } next && next - now <= longest ? next - now : TimeSpan.Zero;
        var since = record.LastErrorAt is { } failedAt && failedAt <= now ? now - failedAt : TimeSpan.MaxValue;
        if (isDead)
        {
            // The refresh token is dead, not the entry: a new consent brings another one and ends this.
            var isOver = demand.IsForced ? since >= Backoff.ForcedAfterDeath : wait <= TimeSpan.Zero;
            if (record.DeadHash == grant.RefreshHash && !isOver)
            {
                throw ConsentRequired(entry, record.LastError, record.LastErrorDetail, record.NextTryAt ?? now);
            }

            return;
        }

        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        // Somebody may insist, or try now and then, but not against a provider that asked to be left alone.
        var isTransient = TransientErrors.IsTransient(record.LastError);
        var mayTry = demand.IsForced || (demand.IsAwaited && isTransient && since >= Backoff.Probe);
        if (mayTry && !AskedToWait(record, wait))
        {
            return;
        }

        var mayProbe = demand.IsAwaited && isTransient && !AskedToWait(record, wait);
        var left = mayProbe && Backoff.Probe - since < wait ? Backoff.Probe - since : wait;
        throw isTransient
            ? new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{record.LastErrorDetail} It is asked again in {Math.Ceiling(left.TotalSeconds):0} seconds.",
                left
            )
            : new BridgeException(ProblemCode.ProviderRejected, $"{record.LastErrorDetail} {Refusals.Advice(record.LastError)}", left);
    }

    // A 503 without Retry-After asks for nothing: its wait is the bridge's own, and never longer than that.
    private static bool AskedToWait(GrantRecord record, TimeSpan wait) =>
        record.LastError is "http_429"
        || (record.LastError is "http_503" && wait > Backoff.AfterTransient(record.FailureCount, null, wasAnswered: true, 1));

    /// <summary>Stores a failure and makes of it what the caller is told.</summary>
    public async Task<BridgeException> RecordAsync(OAuthEntry entry, StoredGrant grant, GrantRecord record, TokenAnswer answer)
    {
        var count = record.FailureCount + 1;
        var random = Random.Shared.NextDouble();
        var (problem, error, detail, wait, dead) = answer switch
        {
            TokenAnswer.Refused refused => Refusals.KindOf(refused.Error, ProviderCatalogue.Of(entry)) switch
            {
                RefusalKind.ConsentNeeded => Dead(entry, refused, Backoff.AfterDeath(count, random)),
                RefusalKind.SettingsWrong => Rejected(entry, refused, Backoff.AfterRefusal(count, random)),
                _ => Unavailable(entry, refused.Error, refused.Description, Backoff.AfterTransient(count, null, wasAnswered: true, random)),
            },
            TokenAnswer.Unavailable unavailable => Unavailable(
                entry,
                unavailable.Reason,
                unavailable.Detail,
                Backoff.AfterTransient(count, unavailable.RetryAfter, unavailable.WasAnswered, random)
            ),
            _ => throw new ArgumentException($"Unexpected token endpoint result {answer.GetType().Name}.", nameof(answer)),
        };
        Log.Failed(logger, entry.Name.Service, entry.Entity, problem.Code, error, wait);
        await StoreAsync(entry, grant, error, detail, wait, dead);
        return problem;
    }

    private async Task StoreAsync(OAuthEntry entry, StoredGrant grant, string error, string detail, TimeSpan wait, bool dead)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var key = GrantKey.Of(entry);
        var shortened = detail.Length > MaxDetail ? detail[..MaxDetail] : detail;
        var failure = new GrantFailure(
            error,
            shortened,
            now,
            now + wait,
            EntrySettings.Fingerprint(entry),
            dead ? grant.RefreshHash : null
        );
        try
        {
            await grants.RecordFailureAsync(key, failure);
            await events.AppendAsync(key, dead ? EventKind.ConsentRequired : EventKind.RefreshFailed, $"{error}: {shortened}");
        }
        catch (StoreException exception)
        {
            Log.NotStored(logger, entry.Name.Service, exception.Message);
        }
    }

    private (BridgeException, string, string, TimeSpan, bool) Dead(OAuthEntry entry, TokenAnswer.Refused refused, TimeSpan wait) =>
        (
            ConsentRequired(entry, refused.Error, refused.Description, time.GetUtcNow().UtcDateTime + wait),
            refused.Error,
            refused.Description,
            wait,
            true
        );

    private static (BridgeException, string, string, TimeSpan, bool) Rejected(
        OAuthEntry entry,
        TokenAnswer.Refused refused,
        TimeSpan wait
    ) =>
        (
            new BridgeException(
                ProblemCode.ProviderRejected,
                string.Join(
                    ' ',
                    new[]
                    {
                        $"The provider refuses to refresh {entry.Name}: {refused.Error}.",
                        refused.Description,
                        Refusals.Advice(refused.Error),
                    }.Where(static part => part.Length > 0)
                ),
                wait
            ),
            refused.Error,
            refused.Description,
            wait,
            false
        );

    private static (BridgeException, string, string, TimeSpan, bool) Unavailable(
        OAuthEntry entry,
        string error,
        string detail,
        TimeSpan wait
    ) =>
        (
            new BridgeException(ProblemCode.ProviderUnavailable, $"{entry.Name} cannot be refreshed now. {detail}", wait),
            error,
            detail,
            wait,
            false
        );

    private static BridgeException ConsentRequired(OAuthEntry entry, string error, string? detail, DateTime nextTryAt) =>
        new(
            ProblemCode.ConsentRequired,
            $"The provider no longer accepts the grant of {entry.Name} "
                + $"({error}{(string.IsNullOrEmpty(detail) ? string.Empty : ": " + detail)}). "
                + $"Give consent again on Dolibarr's OAuth page, or run: dolibarr-oauth-bridge consent {entry.Name}. "
                + $"Some refusals pass, so whoever needs a token after {nextTryAt:yyyy-MM-dd HH:mm} UTC has the provider asked again."
        );

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The refresh of {Service} (entity {Entity}) failed with {Code} ({Error}); next try in {Wait}.")]
        public static partial void Failed(ILogger logger, string service, int entity, string code, string error, TimeSpan wait);

        [LoggerMessage(2, LogLevel.Warning, "The failed refresh of {Service} could not be stored: {Reason}")]
        public static partial void NotStored(ILogger logger, string service, string reason);
    }
}
