// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>What OpenIddict leaves to its host: who the user is, whether he consents, and what goes into a token.</summary>
internal sealed class StandInEndpoints(StandInState state)
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;
    private const string Decision = "decision";
    private const string Subject = "subject";
    private const string DevicePath = "/device";
    private const string DonePath = "/device/done";

    private static readonly string[] Browser = ["GET", "POST"];

    public void Map(IEndpointRouteBuilder routes)
    {
        MapAll(routes, StandInEndpoint.Authorization, Browser, AuthorizeAsync);
        MapAll(routes, StandInEndpoint.Token, ["POST"], TokenAsync);
        MapAll(routes, StandInEndpoint.DeviceVerification, Browser, VerifyDeviceAsync);
        MapAll(routes, StandInEndpoint.UserInfo, Browser, UserInfoAsync);
        routes.MapGet(DonePath, _ => StandInPage.Done().ExecuteAsync(_));
        routes.MapGet("/", _ => StandInPage.Home().ExecuteAsync(_));
    }

    private static void MapAll(
        IEndpointRouteBuilder routes,
        StandInEndpoint endpoint,
        string[] methods,
        Func<HttpContext, Task<IResult>> handler
    )
    {
        foreach (var path in StandInPaths.Of(endpoint))
        {
            routes.MapMethods(path, methods, async context => await (await handler(context)).ExecuteAsync(context));
        }
    }

    private async Task<IResult> AuthorizeAsync(HttpContext context)
    {
        var request = Request(context);
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        var decision = state.Options.AutoApprove ? "allow" : form[Decision].ToString();
        switch (decision)
        {
            case "allow" when state.FindUser(state.Options.AutoApprove ? request.LoginHint : form[Subject]) is { } user:
                var refresh = GetsRefreshToken(request, state.FindClient(request.ClientId)!, user);
                return Results.SignIn(StandInPrincipal.Of(user, request.GetScopes(), refresh, state), authenticationScheme: Scheme);
            case "allow":
                return Refuse(Errors.AccessDenied, "Nobody here has this name.");
            case "deny":
                return Refuse(Errors.AccessDenied, "The user said no.");
            case var _ when request.HasPromptValue(PromptValues.None):
                return Refuse(Errors.LoginRequired, "Nobody is signed in.");
            default:
                var parameters = request
                    .GetParameters()
                    .Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value.ToString() ?? string.Empty));
                return StandInPage.Consent(
                    context.Request.PathBase + context.Request.Path,
                    request.ClientId,
                    request.GetScopes(),
                    UsersFor(request.LoginHint),
                    parameters
                );
        }
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var request = Request(context);
        ClaimsPrincipal principal;
        if (request.IsClientCredentialsGrantType())
        {
            principal = StandInPrincipal.Of(request.ClientId!, request.GetScopes(), state);
        }
        else
        {
            // OpenIddict has checked the code or token by now; this is what it holds.
            var grant = await context.AuthenticateAsync(Scheme);
            principal = grant.Principal!;
        }

        principal.SetAccessTokenLifetime(state.AccessTokenLifetime);
        return Results.SignIn(principal, authenticationScheme: Scheme);
    }

    private async Task<IResult> VerifyDeviceAsync(HttpContext context)
    {
        var request = Request(context);
        var code = await context.AuthenticateAsync(Scheme);
        if (!code.Succeeded || code.Principal.GetClaim(Claims.ClientId) is not { } clientId)
        {
            return StandInPage.DeviceCode(DevicePath, wrong: !string.IsNullOrEmpty(request.UserCode));
        }

        var scopes = code.Principal.GetScopes();
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        var properties = new AuthenticationProperties { RedirectUri = DonePath };
        switch (form[Decision].ToString())
        {
            case "allow" when state.FindUser(form[Subject]) is { } user:
                var refresh = state.FindClient(clientId)!.RefreshTokens != RefreshTokenPolicy.Never;
                return Results.SignIn(StandInPrincipal.Of(user, scopes, refresh, state), properties, Scheme);
            case "deny":
                return Results.Forbid(properties, [Scheme]);
            default:
                return StandInPage.Consent(
                    DevicePath,
                    clientId,
                    scopes,
                    state.Options.Users,
                    [new("user_code", request.UserCode ?? string.Empty)]
                );
        }
    }

    private async Task<IResult> UserInfoAsync(HttpContext context)
    {
        var token = await context.AuthenticateAsync(Scheme);
        if (state.FindUser(token.Principal?.GetClaim(Claims.Subject) ?? "-") is not { } user)
        {
            return Results.Challenge(Error(Errors.InvalidToken, "The token is not a user's."), [Scheme]);
        }

        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { [Claims.Subject] = user.Subject };
        if (token.Principal!.HasScope(Scopes.Email))
        {
            claims[Claims.Email] = user.Email;
            claims[Claims.EmailVerified] = user.EmailVerified;
        }

        if (token.Principal!.HasScope(Scopes.Profile))
        {
            claims[Claims.Name] = user.Name;
            claims[Claims.PreferredUsername] = user.Email;
        }

        foreach (var (type, value) in user.Claims)
        {
            claims[type] = value;
        }

        return Results.Json(claims);
    }

    private static OpenIddictRequest Request(HttpContext context) =>
        context.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict has not seen this request.");

    private static IResult Refuse(string error, string description) => Results.Forbid(Error(error, description), [Scheme]);

    private static AuthenticationProperties Error(string error, string description) =>
        new(
            new Dictionary<string, string?>
            {
                [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
                [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
            }
        );

    private bool GetsRefreshToken(OpenIddictRequest request, StandInClient client, StandInUser user)
    {
        var isFirst = state.Consent(client.ClientId, user.Subject);
        var isOffline = (string?)request["access_type"] == "offline";
        return client.RefreshTokens switch
        {
            RefreshTokenPolicy.Always => true,
            RefreshTokenPolicy.Never => false,
            RefreshTokenPolicy.LikeGoogle => isOffline && (isFirst || request.HasPromptValue(PromptValues.Consent)),
            _ => isOffline || request.HasScope(Scopes.OfflineAccess),
        };
    }

    private IEnumerable<StandInUser> UsersFor(string? hint) =>
        state.FindUser(hint) is { } chosen ? state.Options.Users.OrderBy(user => user != chosen) : state.Options.Users;
}
