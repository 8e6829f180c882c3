// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary><c>GET /v1/identity</c>: the bridge proves to a caller that it is the bridge.</summary>
internal static class IdentityEndpoint
{
    public static void MapIdentity(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/v1/identity", ProveAsync)
            .WithTags("Identity")
            .WithName("Identity")
            .WithSummary(
                "Proves that this is the bridge, so that a caller can send the API key on the same connection. Needs no API key itself."
            );

    private static async Task<WholeAnswer<IdentityProofJson>> ProveAsync(
        [Description("32 random bytes in base64url without padding, made up by the caller for this request.")] string? nonce,
        ApiKeys keys,
        string? entity,
        CancellationToken cancellationToken
    )
    {
        var checkedNonce = IdentityProof.RequireNonce(nonce);
        var company = RequestValues.Entity(entity);
        var key = await keys.GetForProofAsync(company, cancellationToken);
        return new(new IdentityProofJson(IdentityProof.Of(key, checkedNonce, company)), ApiJson.Default.IdentityProofJson);
    }
}
