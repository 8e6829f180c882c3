// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Revocation as at Google: whoever has a token may revoke it, without saying who he is, and the whole grant ends.</summary>
internal static class GoogleRevocation
{
    /// <summary>Revokes the grant of the token in the form or the query.</summary>
    public static async Task RevokeAsync(HttpContext context, StandInState state)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        var value = form["token"].FirstOrDefault() ?? context.Request.Query["token"].FirstOrDefault() ?? string.Empty;
        var tokens = context.RequestServices.GetRequiredService<IOpenIddictTokenManager>();
        var token = await tokens.FindByReferenceIdAsync(value, context.RequestAborted);
        if (token is null && await TokenIdAsync(value, state.Keys.Signing) is { } id)
        {
            token = await tokens.FindByIdAsync(id, context.RequestAborted);
        }

        if (token is null || !await tokens.HasStatusAsync(token, OpenIddictConstants.Statuses.Valid, context.RequestAborted))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(
                new Dictionary<string, string> { ["error"] = "invalid_token", ["error_description"] = "Token expired or revoked" },
                context.RequestAborted
            );
            return;
        }

        await tokens.TryRevokeAsync(token, context.RequestAborted);
        if (await tokens.GetAuthorizationIdAsync(token, context.RequestAborted) is { } grant)
        {
            await tokens.RevokeByAuthorizationIdAsync(grant, context.RequestAborted);
        }

        await context.Response.WriteAsJsonAsync(new Dictionary<string, string>(), context.RequestAborted);
    }

    /// <summary>Whether the request says which client it is from, and so is for the ordinary endpoint.</summary>
    public static bool NamesClient(HttpContext context) =>
        context.Request.Headers.Authorization.Count > 0
        || (context.Request.HasFormContentType && context.Request.Form.ContainsKey("client_id"));

    private static async Task<string?> TokenIdAsync(string token, SecurityKey key)
    {
        var read = await new JsonWebTokenHandler().ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                IssuerSigningKey = key,
                ValidateIssuer = false,
                ValidateAudience = false,
                ValidateLifetime = false,
            }
        );
        return read.IsValid && read.Claims.TryGetValue(OpenIddictConstants.Claims.Private.TokenId, out var id) ? id as string : null;
    }
}
