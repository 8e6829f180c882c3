// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Consents.Device;

/// <summary>
/// One poll of one consent (RFC 8628, sections 3.4 and 3.5). Of any number of processes one polls at a time: whoever swaps
/// the time of the next poll in the row. If that process dies, the time passes and another one goes on.
/// </summary>
internal sealed partial class DevicePoller(
    ConsentTable consents,
    EntryDirectory entries,
    GrantStore store,
    TokenEndpointClient client,
    SecretGuard guard,
    ClientAuthentication authentication,
    AccountFinder accounts,
    EventTable events,
    BridgeOptions options,
    TimeProvider time,
    ILogger<DevicePoller> logger
)
{
    private const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";
    private const int SlowDown = 5; // seconds; RFC 8628, section 3.5

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StorePatience = TimeSpan.FromMinutes(2);

    /// <summary>Polls a pending consent if it is due. It is never cancelled half-way.</summary>
    /// <returns>When it is due next; null if it is over.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<DateTimeOffset?> PollAsync(ConsentRow row)
    {
        if (consents.Open(row, DeviceConsentJson.Default.DeviceConsent) is not { } consent)
        {
            return await DenyAsync(row, "what was remembered of it cannot be read with the key in conf.php");
        }

        var now = time.GetUtcNow();
        if (now < consent.NextPollAt)
        {
            return consent.NextPollAt;
        }

        if (await FindEntryAsync(row, consent) is not { } entry)
        {
            return await DenyAsync(row, "the entry's settings changed");
        }

        var claim = consent with { NextPollAt = now + options.ProviderDeadline + TimeSpan.FromSeconds(consent.Interval) };
        if (await consents.TryUpdateAsync(row, claim, DeviceConsentJson.Default.DeviceConsent) is not { } claimed)
        {
            return now.AddSeconds(consent.Interval); // another process polls, or the consent is over
        }

        var form = new Dictionary<string, string> { ["grant_type"] = GrantType, ["device_code"] = consent.DeviceCode };
        TokenAnswer answer;
        try
        {
            answer = await authentication.SendAsync(entry, consent.TokenEndpoint, form, (full, header) =>
                client.PostAsync(consent.TokenEndpoint, full, header)
            );
        }
        catch (ProviderConfigurationException exception)
        {
            return await DenyAsync(claimed, exception.Message);
        }

        return answer switch
        {
            TokenAnswer.Issued issued => await StoreAsync(claimed, consent, entry, issued.Response),
            TokenAnswer.Refused refused => await HandleAsync(claimed, consent, refused),
            TokenAnswer.Unavailable unavailable => await BackOffAsync(claimed, consent, unavailable),
            var other => throw new InvalidOperationException($"Unexpected token endpoint result {other.GetType().Name}."),
        };
    }

    private async Task<DateTimeOffset?> HandleAsync(ConsentRow row, DeviceConsent consent, TokenAnswer.Refused refused)
    {
        switch (refused.Error)
        {
            case "authorization_pending":
                return await WaitAsync(row, consent with { Failures = 0 }, TimeSpan.FromSeconds(consent.Interval));
            case "slow_down":
                var slower = consent with { Failures = 0, Interval = consent.Interval + SlowDown };
                return await WaitAsync(row, slower, TimeSpan.FromSeconds(slower.Interval));
            case "expired_token":
            // A provider that has forgotten the code by then.
            case "invalid_grant" when time.GetUtcNow().UtcDateTime >= row.ExpiresAt - options.ProviderDeadline:
                await consents.TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Expired);
                Log.Ended(logger, row.Key.Service, row.Key.Entity, ConsentStatus.Expired, refused.Error);
                return null;
            case "access_denied" or "authorization_declined": // the latter is Microsoft's
                return await DenyAsync(row, refused.Reason);
            case var error when Refusals.KindOf(error) == RefusalKind.TryLater:
                return await BackOffAsync(row, consent, new TokenAnswer.Unavailable(error, refused.Description));
            default:
                return await DenyAsync(row, $"{refused.Reason}. {Refusals.Advice(refused.Error)}");
        }
    }

    // RFC 8628, section 3.5: a client that gets no answer must ask less often.
    private Task<DateTimeOffset?> BackOffAsync(ConsentRow row, DeviceConsent consent, TokenAnswer.Unavailable unavailable)
    {
        var failures = consent.Failures + 1;
        Log.NoAnswer(logger, row.Key.Service, row.Key.Entity, unavailable.Reason);
        var wait = TimeSpan.FromSeconds(consent.Interval) * Math.Pow(2, Math.Min(failures, 10));
        wait = wait > LongestBackoff ? LongestBackoff : wait;
        return WaitAsync(row, consent with { Failures = failures }, unavailable.RetryAfter > wait ? unavailable.RetryAfter.Value : wait);
    }

    private async Task<DateTimeOffset?> WaitAsync(ConsentRow row, DeviceConsent consent, TimeSpan wait)
    {
        var next = consent with { NextPollAt = time.GetUtcNow() + wait };
        return await consents.TryUpdateAsync(row, next, DeviceConsentJson.Default.DeviceConsent) is null ? null : next.NextPollAt;
    }

    // The tokens are here once and nowhere else, so a database that is away for a moment is waited for. Each step may be repeated.
    private async Task<DateTimeOffset?> StoreAsync(ConsentRow row, DeviceConsent consent, OAuthEntry entry, TokenResponse response)
    {
        var mark = ConsentTable.NewMark("device");
        var givenAt = time.GetUtcNow();
        NewGrant? grant = null;
        for (var giveUp = givenAt + StorePatience; ;)
        {
            try
            {
                if (grant is null)
                {
                    if (!await consents.TryRedeemAsync(row, mark))
                    {
                        return null; // given up meanwhile
                    }

                    await guard.NoteIssuedAsync(entry, consent.TokenEndpoint, response.RefreshToken);
                    var account = await accounts.FindAsync(entry, response);
                    grant = NewGrant.Of(response, ProviderCatalogue.Of(entry), givenAt, account, consent.ConfirmsAccountChange);
                }

                await using var lease = await store.BeginAsync(entry);
                await store.StoreAsync(lease, entry, grant);
                await consents.TryMoveAsync(row, ConsentStatus.Redeeming, ConsentStatus.Granted);
                Log.Ended(logger, row.Key.Service, row.Key.Entity, ConsentStatus.Granted, string.Empty);
                return null;
            }
            catch (StoreException exception) when (time.GetUtcNow() < giveUp)
            {
                Log.NotYetStored(logger, row.Key.Service, row.Key.Entity, exception.Message);
                await Task.Delay(StorePause, time);
            }
            catch (Exception exception) when (exception is BridgeException or StoreException)
            {
                return await DenyAsync(row, exception.Message, ConsentStatus.Redeeming);
            }
        }
    }

    private async Task<DateTimeOffset?> DenyAsync(ConsentRow row, string reason, string from = ConsentStatus.Pending)
    {
        if (await consents.TryMoveAsync(row, from, ConsentStatus.Denied, reason))
        {
            Log.Ended(logger, row.Key.Service, row.Key.Entity, ConsentStatus.Denied, reason);
            await events.AppendAsync(row.Key, EventKind.ConsentDenied, reason);
        }

        return null;
    }

    private async Task<OAuthEntry?> FindEntryAsync(ConsentRow row, DeviceConsent consent)
    {
        try
        {
            var entry = await entries.GetAsync(row.Key.Service, row.Key.Entity);
            return entry.ClientId == consent.ClientId ? entry : null;
        }
        catch (BridgeException exception) when (exception.Code == ProblemCode.EntryNotFound)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The consent by device code for {Service} (entity {Entity}) is {Status}. {Reason}")]
        public static partial void Ended(ILogger logger, string service, int entity, string status, string reason);

        [LoggerMessage(
            2,
            LogLevel.Information,
            "The provider did not say how the consent by device code for {Service} (entity {Entity}) stands: {Reason}."
        )]
        public static partial void NoAnswer(ILogger logger, string service, int entity, string reason);

        [LoggerMessage(3, LogLevel.Warning, "The grant by device code of {Service} (entity {Entity}) is not yet stored: {Reason}")]
        public static partial void NotYetStored(ILogger logger, string service, int entity, string reason);
    }
}
