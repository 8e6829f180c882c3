// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Remembers failed refreshes, so that a provider is asked again only when it makes sense, and says each in the caller's terms.
/// </summary>
internal sealed partial class FailureRecorder(GrantTable grants, EventTable events, TimeProvider time, ILogger<FailureRecorder> logger)
{
    private const int LongestDetail = 255;

    /// <summary>Fails while a provider is to be left alone about a grant.</summary>
    /// <exception cref="BridgeException">It is; the failure says what happened last and when to try again.</exception>
    public void RequirePatience(OAuthEntry entry, StoredGrant grant, GrantRecord memory, bool forced)
    {
        if (memory.LastError is null || memory.FailedSettings != EntrySettings.Fingerprint(entry))
        {
            return;
        }

        var wait = memory.NextTryAt is { } next ? next - time.GetUtcNow().UtcDateTime : TimeSpan.Zero;
        if (KindOf(entry, memory.LastError) == RefusalKind.ConsentNeeded)
        {
            // Dead is the refresh token, not the entry: a new consent brings another one and ends this.
            if (memory.DeadHash == grant.RefreshHash && (!forced || wait > TimeSpan.Zero))
            {
                throw ConsentRequired(entry, memory.LastError, memory.LastErrorDetail);
            }

            return;
        }

        // A person may insist, but not against a provider that asked to be left alone.
        if (wait > TimeSpan.Zero && (!forced || AskedToBeLeftAlone(memory, wait)))
        {
            throw TransientErrors.IsTransient(memory.LastError)
                ? new BridgeException(
                    ProblemCode.ProviderUnavailable,
                    $"{memory.LastErrorDetail} The provider is left alone for now.",
                    wait
                )
                : new BridgeException(ProblemCode.ProviderRejected, $"{memory.LastErrorDetail} {Refusals.Advice(memory.LastError)}", wait);
        }
    }

    // A 503 without Retry-After asks for nothing: its wait is the bridge's own, and never longer than that.
    private static bool AskedToBeLeftAlone(GrantRecord memory, TimeSpan wait) =>
        memory.LastError is "http_429" || (memory.LastError is "http_503" && wait > Backoff.AfterTransient(memory.FailureCount, null, 1));

    /// <summary>Remembers a failure and makes of it what the caller is told.</summary>
    public async Task<BridgeException> RecordAsync(OAuthEntry entry, StoredGrant grant, GrantRecord memory, TokenAnswer answer)
    {
        var count = memory.FailureCount + 1;
        var random = Random.Shared.NextDouble();
        var (problem, error, detail, wait, dead) = answer switch
        {
            TokenAnswer.Refused refused => KindOf(entry, refused.Error) switch
            {
                RefusalKind.ConsentNeeded => (
                    ConsentRequired(entry, refused.Error, refused.Description),
                    refused.Error,
                    refused.Description,
                    Backoff.AfterDeath,
                    true
                ),
                RefusalKind.SettingsWrong => Rejected(entry, refused, Backoff.AfterRefusal(count, random)),
                _ => Unavailable(entry, refused.Error, refused.Description, Backoff.AfterTransient(count, null, random)),
            },
            TokenAnswer.Unavailable unavailable => Unavailable(
                entry,
                unavailable.Reason,
                unavailable.Detail,
                Backoff.AfterTransient(count, unavailable.RetryAfter, random)
            ),
            _ => throw new ArgumentException("This answer is no failure.", nameof(answer)),
        };
        Log.Failed(logger, entry.Name.Service, entry.Entity, problem.Code, error, wait);
        await RememberAsync(entry, grant, error, detail, wait, dead);
        return problem;
    }

    private async Task RememberAsync(OAuthEntry entry, StoredGrant grant, string error, string detail, TimeSpan wait, bool dead)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var key = GrantKey.Of(entry);
        var shortened = detail.Length > LongestDetail ? detail[..LongestDetail] : detail;
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
            await events.AppendAsync(key, dead ? "consent_required" : "refresh_failed", $"{error}: {shortened}");
        }
        catch (StoreException exception)
        {
            Log.NotRemembered(logger, entry.Name.Service, exception.Message);
        }
    }

    // Where the application asks in its own name nobody can consent: whatever is refused is for an administrator.
    private static RefusalKind KindOf(OAuthEntry entry, string error) =>
        Refusals.KindOf(error) is var kind
        && kind == RefusalKind.ConsentNeeded
        && ProviderCatalogue.Of(entry.Name).Renewal == RenewalGrant.ClientCredentials
            ? RefusalKind.SettingsWrong
            : kind;

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

    private static BridgeException ConsentRequired(OAuthEntry entry, string error, string? detail) =>
        new(
            ProblemCode.ConsentRequired,
            $"The provider no longer accepts the grant of {entry.Name} "
                + $"({error}{(string.IsNullOrEmpty(detail) ? string.Empty : ": " + detail)}). Give consent again on Dolibarr's OAuth page, or run: dolibarr-oauth-bridge consent {entry.Name}"
        );

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The refresh of {Service} (entity {Entity}) failed with {Code} ({Error}); next try in {Wait}.")]
        public static partial void Failed(ILogger logger, string service, int entity, string code, string error, TimeSpan wait);

        [LoggerMessage(2, LogLevel.Warning, "The failure of {Service} could not be remembered: {Reason}")]
        public static partial void NotRemembered(ILogger logger, string service, string reason);
    }
}
