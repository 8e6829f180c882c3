// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Login;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>Signing in with OpenID Connect: <c>POST /v1/entries/{entry}/login</c> and <c>POST /v1/login/callback</c>.</summary>
internal static class LoginEndpoints
{
    private const int LongestState = 512;
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
            .WithSummary("Finishes a sign-in with what the browser brought back: who it is, by a validated ID token. No token is kept.");
    }

    private static async Task<Ok<LoginStartJson>> BeginAsync(
        string entry,
        LoginRequestJson body,
        LoginFlow flow,
        string? entity,
        CancellationToken cancellationToken
    )
    {
        var start = await flow.BeginAsync(
            entry,
            RequestValues.Entity(entity),
            RequestValues.RedirectUri(body.RedirectUri),
            RequestValues.SessionBinding(body.SessionBinding),
            Hint(body.LoginHint),
            cancellationToken
        );
        return TypedResults.Ok(new LoginStartJson(start.AuthorizationUrl.AbsoluteUri, start.State));
    }

    private static async Task<Ok<Identity>> CompleteAsync(
        LoginCallbackJson body,
        LoginFlow flow,
        string? entity,
        CancellationToken cancellationToken
    )
    {
        if (body.State is not { Length: > 0 and <= LongestState } state)
        {
            throw new BridgeException(ProblemCode.StateInvalid, "The answer has no usable state.");
        }

        var answer = new AuthorizationAnswer
        {
            Code = body.Code,
            Issuer = body.Iss,
            Error = body.Error,
        };
        return TypedResults.Ok(
            await flow.CompleteAsync(
                state,
                entity is null ? null : RequestValues.Entity(entity),
                RequestValues.SessionBinding(body.SessionBinding),
                answer,
                cancellationToken
            )
        );
    }

    // A hint is only a convenience: one that is no hint is left out.
    private static string? Hint(string? hint) => hint is { Length: > 0 and <= LongestHint } && !hint.Any(char.IsControl) ? hint : null;
}
