// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// Takes the answer of an authorization server, checks that it belongs to a consent of this browser session and comes from
/// the server that was asked, and has the code redeemed, once. A duplicate callback (a double click) waits and gets the same
/// result; after completion it fails with <c>state_invalid</c>.
/// </summary>
internal sealed partial class CodeCallback(
    ConsentTable consents,
    EntryDirectory entries,
    EntryReporter reporter,
    ProviderDirectory providers,
    CodeRedeemer redeemer,
    EventTable events,
    BridgeOptions options,
    TimeProvider time,
    ILogger<CodeCallback> logger
)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Ends a consent.</summary>
    /// <param name="answer">What the browser brought.</param>
    /// <param name="entity">The company that the caller speaks for; the consent must be of it.</param>
    /// <param name="cancellationToken">Ends the caller's wait, never a redemption under way.</param>
    /// <exception cref="BridgeException">
    /// <c>state_invalid</c>: the answer belongs to no consent of this session, or to one that is over; <c>provider_rejected</c>:
    /// the person or the provider said no; others as <see cref="GrantStore.StoreAsync"/> says. What was stored before stays.
    /// </exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<ConsentResult> FinishAsync(
        AuthorizationResponse answer,
        int entity,
        CancellationToken cancellationToken = default
    )
    {
        answer.RequireWellFormed();
        var patience = time.GetUtcNow() + options.RefreshLimit;
        var isWaiting = false;
        while (true)
        {
            var (row, consent) = await FindAsync(answer, entity, cancellationToken);
            switch (row.Status)
            {
                case ConsentStatus.Pending:
                    await RequireOwnAnswerAsync(row, consent, answer, cancellationToken);
                    var entry = await RequireUnchangedAsync(row, consent, cancellationToken);
                    if (await consents.TryRedeemAsync(row, ConsentTable.NewMark(Mark(answer)), cancellationToken))
                    {
                        return await redeemer.RedeemAsync(row, consent, entry, answer.Code!);
                    }

                    isWaiting = true; // somebody else was quicker
                    break;
                case ConsentStatus.Redeeming when IsMarked(row, answer) && time.GetUtcNow() < patience:
                    isWaiting = true;
                    await Task.Delay(Poll, time, cancellationToken);
                    break;
                case ConsentStatus.Granted when isWaiting && IsMarked(row, answer):
                    var report = await reporter.GetAsync(consent.Entry, row.Key.Entity, cancellationToken);
                    return new ConsentResult
                    {
                        Entry = report.Entry,
                        Token = report.Token,
                        Warnings = report.Warnings,
                    };
                case ConsentStatus.Granted when IsMarked(row, answer):
                    throw Invalid("This consent was completed already, and its token is stored. There is nothing more to do.");
                case ConsentStatus.Denied:
                    throw Invalid($"This consent was refused ({row.Detail}). Start again.");
                case ConsentStatus.Expired:
                    throw Invalid("The time for this consent is over. Start again.");
                default:
                    throw Invalid("This consent was answered already, with another code. If that was not you, start again.");
            }
        }
    }

    // A wrong caller learns nothing and spoils nothing: the consent stays open for the right browser.
    private async Task<(ConsentRow Row, CodeConsent Consent)> FindAsync(
        AuthorizationResponse answer,
        int entity,
        CancellationToken cancellationToken
    )
    {
        if (
            await consents.FindByStateAsync(answer.State!, ConsentFlows.Code, cancellationToken) is not { } row
            || consents.Open(row, CodeConsentJson.Default.CodeConsent) is not { } consent
        )
        {
            throw Invalid("The answer belongs to no consent under way; perhaps too many were begun since. Start again.");
        }

        if (!consent.IsOfSession(answer.SessionBinding!))
        {
            Log.OtherSession(logger, row.Key.Service, row.Key.Entity);
            throw Invalid("This consent was begun in another browser session. Finish it there, or start again here.");
        }

        if (entity != row.Key.Entity)
        {
            throw Invalid("This consent was begun for another company.");
        }

        return answer.RedirectUri is { } arrived && arrived != consent.RedirectUri
            ? throw Invalid(
                "The answer arrived at another address than this consent's redirect URI: it belongs to another provider's. Start again."
            )
            : (row, consent);
    }

    // Whose answer this is, before anything of it is used (RFC 9207). An answer with both a refusal and a code is a refusal.
    private async Task RequireOwnAnswerAsync(
        ConsentRow row,
        CodeConsent consent,
        AuthorizationResponse answer,
        CancellationToken cancellationToken
    )
    {
        if (
            new ExpectedIssuer(consent.Issuer, consent.IsIssuerRequired).Refusal(answer.Issuer, consent.AuthorizationEndpoint) is
            { } refusal
        )
        {
            await DenyAsync(row, "the answer came from another provider", cancellationToken);
            throw Invalid($"{refusal} Nothing was sent to any provider. Start again; if this comes back, somebody is mixing up providers.");
        }

        if (answer.Error is not null)
        {
            await DenyAsync(row, answer.Refusal, cancellationToken);
            throw answer.Error == AuthorizationResponse.AccessDenied
                ? new BridgeException(
                    ProblemCode.ProviderRejected,
                    $"Consent was not given: it was cancelled at the provider ({answer.Refusal}). What was stored before stays."
                )
                {
                    Reason = ConsentRefusal.Cancelled,
                }
                : new BridgeException(
                    ProblemCode.ProviderRejected,
                    $"The provider refuses consent: {answer.Refusal}. {Refusals.Advice(answer.Error)}"
                );
        }
    }

    // The code goes to the endpoint and client of the request, so settings that changed meanwhile end the consent.
    private async Task<OAuthEntry> RequireUnchangedAsync(ConsentRow row, CodeConsent consent, CancellationToken cancellationToken)
    {
        var entry = await entries.GetAsync(consent.Entry, row.Key.Entity, cancellationToken);
        try
        {
            if (
                entry.ClientId == consent.ClientId
                && await providers.FindAsync(entry, ProviderEndpoint.TokenEndpoint, cancellationToken) == consent.TokenEndpoint
            )
            {
                return entry;
            }
        }
        catch (ProviderConfigurationException exception)
        {
            throw exception.About(entry.Name);
        }

        await DenyAsync(row, "the entry's settings changed", cancellationToken);
        throw Invalid($"The settings of {entry.Name} changed since this consent was begun. Start again.");
    }

    private async Task DenyAsync(ConsentRow row, string reason, CancellationToken cancellationToken)
    {
        if (await consents.TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Denied, reason, cancellationToken))
        {
            await events.AppendAsync(row.Key, "consent_denied", reason, cancellationToken);
        }
    }

    // What tells the same answer brought again from another one with the same state.
    private static string Mark(AuthorizationResponse answer) => $"code {SecretHash.Of(answer.Code)}";

    // With what tells the caller who redeems it from others who brought the same.
    private static bool IsMarked(ConsentRow row, AuthorizationResponse answer) =>
        row.Detail is { } detail && (detail + " ").StartsWith(Mark(answer) + " ", StringComparison.Ordinal);

    private static BridgeException Invalid(string message) => new(ProblemCode.StateInvalid, message);

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "An answer to a consent for {Service} (entity {Entity}) came from another browser session and was refused."
        )]
        public static partial void OtherSession(ILogger logger, string service, int entity);
    }
}
