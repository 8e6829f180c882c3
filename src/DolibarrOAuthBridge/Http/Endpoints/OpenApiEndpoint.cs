// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>
/// <c>/openapi/v1.json</c>: the description of this API, made when the sidecar was built (<c>make openapi</c>), since
/// making it here would cost every start its time and memory.
/// </summary>
internal static class OpenApiEndpoint
{
    private const string Resource = "openapi/v1.json";

    public static void MapOpenApiDocument(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/openapi/v1.json", static () =>
                TypedResults.Stream(typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream(Resource)!, "application/json")
            )
            .ExcludeFromDescription();
}
