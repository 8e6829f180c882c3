// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// Redeems an authorization code (RFC 6749, section 4.1.3) for a consent that its caller has taken, and stores the grant.
/// </summary>
internal sealed partial class CodeRedeemer(
    ConsentTable consents,
    GrantStore store,
    TokenEndpointClient client,
    SecretGuard guard,
    ClientAuthentication authentication,
    AccountFinder accounts,
    EntryReporter reporter,
    EventTable events,
    TimeProvider time,
    ILogger<CodeRedeemer> logger
)
{
    /// <summary>Redeems the code, stores the grant and ends the consent, well or not. It is never cancelled half-way.</summary>
    /// <exception cref="BridgeException">The provider refused; nothing was stored.</exception>
    /// <exception cref="StoreException">The database failed; nothing was stored. If the provider was not asked yet, the consent is
    /// pending again.</exception>
    internal async Task<ConsentResult> RedeemAsync(ConsentRow row, CodeConsent consent, OAuthEntry entry, string code)
    {
        var (grant, stored) = await StoreAsync(row, consent, entry, code);
        await EndAsync(row, ConsentStatus.Granted, null);
        var report = await reporter.GetAsync(consent.Entry, row.Key.Entity);
        return new ConsentResult
        {
            Entry = report.Entry,
            Token = report.Token,
            Account = grant.Account?.ToString(),
            PreviousAccount = stored.PreviousAccount?.ToString(),
            Warnings = [.. report.Warnings, .. ConsentWarnings.Of(entry, grant, stored)],
        };
    }

    private async Task<(NewGrant Grant, StoredConsent Stored)> StoreAsync(
        ConsentRow row,
        CodeConsent consent,
        OAuthEntry entry,
        string code
    )
    {
        await using var lease = await BeginAsync(row, entry);
        try
        {
            var grant = await AskAsync(consent, entry, code);
            return (grant, await store.StoreAsync(lease, entry, grant));
        }
        catch (Exception exception) when (exception is BridgeException or StoreException)
        {
            await EndAsync(row, ConsentStatus.Denied, BridgeException.Of(exception).Code);
            throw;
        }
        catch (ProviderConfigurationException exception)
        {
            await EndAsync(row, ConsentStatus.Pending, string.Empty); // the code was not sent
            throw exception.About(entry.Name);
        }
    }

    // The code is not used yet: a consent that cannot be stored now may be finished later.
    private async Task<GrantLease> BeginAsync(ConsentRow row, OAuthEntry entry)
    {
        try
        {
            return await store.BeginAsync(entry);
        }
        catch (Exception exception) when (exception is BridgeException or StoreException)
        {
            await EndAsync(row, ConsentStatus.Pending, string.Empty);
            throw;
        }
    }

    private async Task<NewGrant> AskAsync(CodeConsent consent, OAuthEntry entry, string code)
    {
        await guard.AllowAsync(entry, consent.TokenEndpoint); // an admin began this consent
        var form = consent.CodeForm(code);
        var answer = await authentication.SendAsync(entry, consent.TokenEndpoint, form, (full, header) =>
            client.PostAsync(consent.TokenEndpoint, full, header)
        );
        return answer switch
        {
            TokenAnswer.Issued { Response.IsBearer: false } => throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{consent.TokenEndpoint.Host} gave a token that is not of the type Bearer, which nothing in Dolibarr can use. "
                    + "What was stored before stays."
            ),
            TokenAnswer.Issued issued => await ReadAsync(consent, entry, issued.Response),
            TokenAnswer.Refused refused => throw Refused(entry, refused),
            TokenAnswer.Unavailable unavailable => throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{unavailable.Detail} The consent for {entry.Name} could not be completed; start again in a "
                    + "moment. What was stored before stays.",
                unavailable.RetryAfter
            ),
            var other => throw new InvalidOperationException($"Unexpected token endpoint result {other.GetType().Name}."),
        };
    }

    private async Task<NewGrant> ReadAsync(CodeConsent consent, OAuthEntry entry, TokenResponse response)
    {
        var provider = ProviderCatalogue.Of(entry);
        var claims = IdTokenClaims.Read(response.Parameters.GetString("id_token"));

        // Another nonce means a token made for another request: its code was slipped in (OpenID Connect Core, section 3.1.3.7).
        if (claims?.Nonce is { } nonce && consent.Nonce is { } expected && !SecretHash.AreEqual(nonce, expected))
        {
            throw new BridgeException(
                ProblemCode.ProviderRejected,
                $"The ID token that came with the grant of {entry.Name} was made for another request. Nothing was stored. Start again."
            );
        }

        await guard.NoteIssuedAsync(entry, consent.TokenEndpoint, response.RefreshToken);
        var account = await accounts.FindAsync(entry, response);
        return NewGrant.Of(response, provider, time.GetUtcNow(), account, consent.ConfirmsAccountChange);
    }

    private static BridgeException Refused(OAuthEntry entry, TokenAnswer.Refused refused)
    {
        var advice = Refusals.KindOf(refused.Error) switch
        {
            RefusalKind.SettingsWrong when refused.Error != "bad_verification_code" => Refusals.Advice(refused.Error),
            RefusalKind.TryLater => "Start again in a moment.",
            _ => "The code had expired, was used already, or belongs to another request: start again.",
        };
        return new BridgeException(
            ProblemCode.ProviderRejected,
            $"The provider gives no token for {entry.Name} ({refused.Reason}). {advice} What was stored before stays."
        );
    }

    // The grant is stored or refused by now; a consent that cannot be ended expires by itself.
    private async Task EndAsync(ConsentRow row, string status, string? detail)
    {
        try
        {
            await consents.TryMoveAsync(row, ConsentStatus.Redeeming, status, detail);
            if (status == ConsentStatus.Denied)
            {
                await events.AppendAsync(row.Key, EventKind.ConsentDenied, detail!);
            }
        }
        catch (StoreException exception)
        {
            Log.NotEnded(logger, row.Key.Service, status, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The consent for {Service} is {Status}, which could not be noted: {Reason}")]
        public static partial void NotEnded(ILogger logger, string service, string status, string reason);
    }
}
