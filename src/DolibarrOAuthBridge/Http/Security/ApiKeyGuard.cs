// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http.Endpoints;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>
/// Wants the API key for everything but a list of exact paths. New routes, unknown paths and every spelling trick are
/// closed by default.
/// </summary>
internal static partial class ApiKeyGuard
{
    private const string Scheme = "Bearer ";
    private const int LongestKey = 4096; // characters

    /// <summary>The paths that need no API key.</summary>
    public static readonly IReadOnlySet<string> Open = new HashSet<string>(StringComparer.Ordinal)
    {
        "/healthz",
        "/readyz",
        "/oauth/token",
        "/openapi/v1.json",
        "/v1/identity",
    };

    public static IApplicationBuilder UseApiKey(this IApplicationBuilder app)
    {
        return app.Use(
            async (context, next) =>
            {
                var isOpen = IsOpen(context.Request);
                if (!isOpen)
                {
                    try
                    {
                        await RequireAsync(context, context.RequestServices.GetRequiredService<ApiKeys>());
                        ((ConnectionGuest?)context.Features[typeof(ConnectionGuest)])?.Prove(CurrentInstance.Name);
                    }
                    catch (BridgeException exception) when (exception.Code == ProblemCode.Unauthorized)
                    {
                        var slow = context.RequestServices.GetRequiredService<WrongSecrets>();
                        await slow.SlowDownAsync(PeerName.Of(context), "without a valid API key", context.RequestAborted);
                        throw;
                    }
                }

                ((InstanceUse?)context.Features[typeof(InstanceUse)])?.TakePlace(hasKey: !isOpen);
                await next(context);
            }
        );
    }

    // The state in full is for holders of a key.
    private static bool IsOpen(HttpRequest request) =>
        request.Path.Value is { } path && Open.Contains(path) && !(path == "/readyz" && HealthEndpoints.IsVerbose(request));

    /// <summary>The key that a request presents; empty if none, or one that cannot be one.</summary>
    public static string Presented(HttpRequest request)
    {
        var headers = request.Headers.Authorization;
        var header = headers.Count == 1 ? headers[0] ?? string.Empty : string.Empty;
        var key = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..] : string.Empty;
        return key.Length > LongestKey ? string.Empty : key;
    }

    private static async Task RequireAsync(HttpContext context, ApiKeys keys)
    {
        var presented = Presented(context.Request);
        if (
            presented.Length == 0
            || !await keys.IsValidAsync(presented, RequestValues.EntityOrDefault(context.Request), context.RequestAborted)
        )
        {
            throw new BridgeException(
                ProblemCode.Unauthorized,
                "Send the API key, one header: Authorization: Bearer <OAUTHBRIDGE_API_KEY>."
            );
        }
    }
}
