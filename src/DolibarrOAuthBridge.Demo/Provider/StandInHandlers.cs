// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Where the stand-in differs from OpenIddict's own behaviour, to be like the providers it stands for.</summary>
internal static class StandInHandlers
{
    public static void AddHandlers(this OpenIddictServerBuilder server, StandInState state)
    {
        var polls = new ConcurrentDictionary<string, DateTimeOffset>();
        server.AddEventHandler<ProcessSignInContext>(handler =>
            handler
                .UseInlineHandler(context => DecideOnRefreshToken(context, state.Options.Rotation))
                .SetOrder(OpenIddictServerHandlers.EvaluateGeneratedTokens.Descriptor.Order + 500)
        );
        server.AddEventHandler<ApplyDeviceAuthorizationResponseContext>(handler =>
            handler.UseInlineHandler(context => AddInterval(context, state.Options.DeviceInterval)).SetOrder(int.MinValue)
        );
        server.AddEventHandler<ValidateTokenRequestContext>(handler =>
            handler.UseInlineHandler(context => SlowDown(context, state.Options, polls)).SetOrder(int.MinValue)
        );
        server.AddEventHandler<ExtractAuthorizationRequestContext>(handler =>
            handler.UseInlineHandler(context => TakeCommasForSpaces(context.Transaction, context.Request)).SetOrder(int.MaxValue)
        );
        server.AddEventHandler<ExtractDeviceAuthorizationRequestContext>(handler =>
            handler.UseInlineHandler(context => TakeCommasForSpaces(context.Transaction, context.Request)).SetOrder(int.MaxValue)
        );
    }

    // OpenIddict goes by the scope offline_access alone, which Google and GitHub do not know.
    private static ValueTask DecideOnRefreshToken(ProcessSignInContext context, RefreshTokenRotation rotation)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Token)
        {
            var given =
                context.Principal!.HasClaim(StandInPrincipal.RefreshClaim)
                && (rotation != RefreshTokenRotation.Keep || !context.Request.IsRefreshTokenGrantType());
            (context.GenerateRefreshToken, context.IncludeRefreshToken) = (given, given);
        }

        return default;
    }

    private static ValueTask AddInterval(ApplyDeviceAuthorizationResponseContext context, TimeSpan interval)
    {
        if (context.Response.Error is null)
        {
            context.Response.SetParameter("interval", (long)interval.TotalSeconds);
        }

        return default;
    }

    private static ValueTask SlowDown(
        ValidateTokenRequestContext context,
        StandInProviderOptions options,
        ConcurrentDictionary<string, DateTimeOffset> polls
    )
    {
        if (context.Request.IsDeviceCodeGrantType() && context.Request.DeviceCode is { } code)
        {
            var now = options.TimeProvider.GetUtcNow();
            var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(code)));
            if (polls.TryGetValue(key, out var last) && now - last < options.DeviceInterval)
            {
                polls[key] = now;
                context.Reject(
                    OpenIddictConstants.Errors.SlowDown,
                    string.Create(CultureInfo.InvariantCulture, $"Asked again after {(now - last).TotalSeconds:0.0} s.")
                );
                return default;
            }

            polls[key] = now;
        }

        return default;
    }

    // GitHub's scopes may be separated by commas.
    private static ValueTask TakeCommasForSpaces(OpenIddictServerTransaction transaction, OpenIddictRequest? request)
    {
        if (request?.Scope is { } scope && transaction.GetHttpRequest() is { } http && StandInPaths.IsGitHub(http.Path))
        {
            request.Scope = scope.Replace(',', ' ');
        }

        return default;
    }
}
