// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>Getting, refreshing and ending an entry's token.</summary>
internal static class TokenEndpoints
{
    public static RouteGroupBuilder MapTokens(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/entries/{entry}/token").WithTags("Tokens");
        group
            .MapGet("", GetAsync)
            .WithName(HotTokens.Call)
            .WithSummary("An access token that lives for at least min_ttl seconds, refreshed if need be.");
        group
            .MapPost("/refresh", RefreshAsync)
            .WithName("RefreshToken")
            .WithSummary("A new access token, even if the old one still lives.");
        group
            .MapDelete("", RevokeAsync)
            .WithName("DeleteToken")
            .WithSummary("Deletes the token; with revoke=true after revoking it at the provider.");
        return group;
    }

    private static async Task<WholeAnswer<TokenAnswerJson>> GetAsync(
        string entry,
        TokenBroker broker,
        HotTokens hot,
        HttpRequest request,
        TimeProvider time,
        string? entity,
        [FromQuery(Name = "min_ttl")] string? minTtl,
        CancellationToken cancellationToken
    )
    {
        var (company, life) = (RequestValues.Entity(entity), RequestValues.MinTtl(minTtl));
        var token = await broker.GetAsync(entry, company, life, CallerName.Of(request.HttpContext), cancellationToken);
        hot.Remember(request, entry, company, life);
        return Answer(token, time);
    }

    private static async Task<WholeAnswer<TokenAnswerJson>> RefreshAsync(
        string entry,
        TokenBroker broker,
        TimeProvider time,
        string? entity,
        CancellationToken cancellationToken
    ) => Answer(await broker.RefreshAsync(entry, RequestValues.Entity(entity), cancellationToken: cancellationToken), time);

    private static async Task<NoContent> RevokeAsync(
        string entry,
        HttpResponse response,
        GrantRevoker revoker,
        string? entity,
        string? revoke,
        string? force,
        CancellationToken cancellationToken
    )
    {
        var outcome = await revoker.RevokeAsync(
            entry,
            RequestValues.Entity(entity),
            RequestValues.Flag(revoke, nameof(revoke)),
            RequestValues.Flag(force, nameof(force)),
            cancellationToken
        );
        response.Headers["Revocation"] = RevocationJson.Of(entry, outcome).Revocation; // the answer has no body to say it in
        return TypedResults.NoContent();
    }

    private static WholeAnswer<TokenAnswerJson> Answer(AccessToken token, TimeProvider time) =>
        new(TokenAnswers.Of(token, time.GetUtcNow()), ApiJson.Default.TokenAnswerJson);
}
