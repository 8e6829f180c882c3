// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Http.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>Beginning a consent, answering it, and asking how it stands.</summary>
internal static class ConsentEndpoints
{
    public static void MapConsents(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/v1/entries/{entry}/consent", BeginAsync)
            .WithTags("Consent")
            .WithName("BeginConsent")
            .WithSummary(
                "Begins a consent: code sends a browser to the provider, device shows a code, client_credentials "
                    + "asks nobody and stores the grant at once."
            );
        routes
            .MapPost("/v1/consent/callback", FinishAsync)
            .WithTags("Consent")
            .WithName("FinishConsent")
            .WithSummary("Ends a consent by code with what the browser brought back, and stores the grant.");
        routes
            .MapGet("/v1/consent/{consent_id}", GetAsync)
            .WithTags("Consent")
            .WithName("GetConsent")
            .WithSummary(
                "How a consent stands: pending, granted, denied or expired. It is remembered for an hour after its time was over."
            );
    }

    private static async Task<Ok<ConsentStarted>> BeginAsync(
        string entry,
        [FromBody] ConsentBeginJson body,
        ConsentService consentService,
        string? entity,
        CancellationToken cancellationToken
    )
    {
        var consentOptions = new ConsentOptions
        {
            SessionBinding = body.SessionBinding,
            RedirectUri = string.IsNullOrEmpty(body.RedirectUri) ? null : body.RedirectUri,
            LoginHint = string.IsNullOrEmpty(body.LoginHint) ? null : body.LoginHint,
            ConfirmsAccountChange = body.ConfirmAccountChange,
            ForcesConsent = body.ForceConsent,
        };
        return TypedResults.Ok(
            await consentService.BeginAsync(entry, RequestValues.Entity(entity), body.Flow, consentOptions, cancellationToken)
        );
    }

    private static async Task<Ok<ConsentResult>> FinishAsync(
        [FromBody] ConsentCallbackJson body,
        CodeCallback callback,
        [Description("The company that the consent was begun for.")] string? entity,
        CancellationToken cancellationToken
    )
    {
        var answer = new AuthorizationResponse
        {
            State = body.State,
            SessionBinding = body.SessionBinding,
            Code = body.Code,
            Issuer = body.Iss,
            Error = body.Error,
            ErrorDescription = body.ErrorDescription,
            RedirectUri = body.RedirectUri,
        };
        return TypedResults.Ok(await callback.FinishAsync(answer, RequestValues.Entity(entity), cancellationToken));
    }

    private static async Task<Ok<ConsentState>> GetAsync(
        [FromRoute(Name = "consent_id"), Description("What the beginning of the consent gave.")] string consentId,
        ConsentService consentService,
        [Description("The company that the consent was begun for.")] string? entity,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await consentService.GetAsync(consentId, RequestValues.Entity(entity), cancellationToken));
}
