// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Login;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>Signing in with OpenID Connect: <c>POST /v1/entries/{entry}/login</c> and <c>POST /v1/login/callback</c>.</summary>
internal static class LoginEndpoints
{
    private const int LongestHint = 255;

    public static void MapLogin(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/v1/entries/{entry}/login", BeginAsync)
            .WithTags("Login")
            .WithName("BeginLogin")
            .WithSummary("Begins a sign-in with an entry labelled Login: where to send the browser.");
        routes
            .MapPost("/v1/login/callback", CompleteAsync)
            .WithTags("Login")
            .WithName("CompleteLogin")
            .WithSummary(
                "Finishes a sign-in with what the browser brought back and the continuation: who it is, by a validated ID token. "
                    + "No token is kept."
            );
    }

    private static async Task<Ok<LoginStartJson>> BeginAsync(
        string entry,
        LoginRequestJson body,
        LoginFlow flow,
        string? entity,
        CancellationToken cancellationToken
    )
    {
        var options = new LoginOptions
        {
            SessionBinding = RequestValues.SessionBinding(body.SessionBinding),
            RedirectUri = RequestValues.RedirectUri(body.RedirectUri),
            LoginHint = Hint(body.LoginHint),
            SessionKey = RequestValues.SessionKey(body.SessionKey),
            ClientAddress = IPAddress.TryParse(body.ClientAddress, out var address) ? address : null,
        };
        var start = await flow.BeginAsync(entry, RequestValues.Entity(entity), options, cancellationToken);
        return TypedResults.Ok(new LoginStartJson(start.AuthorizationUrl.AbsoluteUri, start.State, start.Continuation));
    }

    private static async Task<Ok<Identity>> CompleteAsync(
        LoginCallbackJson body,
        LoginFlow flow,
        string? entity,
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
        };
        return TypedResults.Ok(await flow.CompleteAsync(answer, body.Continuation, RequestValues.Entity(entity), cancellationToken));
    }

    // A hint is only a convenience: one that is no hint is left out.
    private static string? Hint(string? hint) => hint is { Length: > 0 and <= LongestHint } && !hint.Any(char.IsControl) ? hint : null;
}
