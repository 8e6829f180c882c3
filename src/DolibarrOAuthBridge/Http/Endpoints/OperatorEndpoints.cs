// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Http.Metrics;
using DolibarrOAuthBridge.Http.Security;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.Journal;
using Microsoft.AspNetCore.Http.Features;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>
/// The calls that are about the whole process: the state and the metrics of all instances for the holder of the operator's key, and
/// what is answered where a path names no instance.
/// </summary>
internal static class OperatorEndpoints
{
    private const string Ready = "/readyz";
    private const string Metrics = "/metrics";

    public static IApplicationBuilder UseOperatorCalls(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                var place = context.Features.GetRequiredFeature<RequestPlace>();
                if (place.IsUnknown)
                {
                    throw InstanceRouting.NoSuch();
                }

                var path = context.Request.Path.Value ?? string.Empty;
                var isVerbose = path == Ready && HealthEndpoints.IsVerbose(context.Request);
                if (place.IsWhole && (isVerbose || path == Metrics) && HttpMethods.IsGet(context.Request.Method))
                {
                    if (context.RequestServices.GetRequiredService<OperatorKey>().IsValid(ApiKeyGuard.Presented(context.Request)))
                    {
                        return isVerbose ? WriteStateAsync(context) : WriteMetricsAsync(context);
                    }

                    if (place.Instance is null)
                    {
                        context.RequestServices.GetRequiredService<RefusalLog>().Note("without the operator's key", PeerName.Of(context));
                        throw new BridgeException(ProblemCode.Unauthorized, "Send the operator's key: Authorization: Bearer <key>.");
                    }
                }

                return place.Instance is not null ? next(context)
                    : path == Ready ? WriteReadyAsync(context)
                    : path is "/healthz" or "/openapi/v1.json" ? next(context)
                    : throw new BridgeException(
                        ProblemCode.NotFound,
                        "Several instances are served here: say which one, as in /i/NAME/v1/entries."
                    );
            }
        );

    // What one instance suffers does not make the process unready; what nobody can refresh without does.
    private static Task WriteReadyAsync(HttpContext context)
    {
        var state = context.RequestServices.GetRequiredService<BridgeOptions>().StateDirectory;
        return IsStopping(context) ? WriteAsync(context, 503, new HealthJson(HealthEndpoints.Draining))
            : StateDirectory.FindProblem(state) is not null ? WriteAsync(context, 503, new HealthJson(HealthEndpoints.NoStateDirectory))
            : WriteAsync(context, 200, new HealthJson(HealthEndpoints.Ok));
    }

    private static Task WriteAsync(HttpContext context, int status, HealthJson health)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(health, ApiJson.Default.HealthJson);
    }

    private static Task WriteStateAsync(HttpContext context)
    {
        var instances = context.RequestServices.GetRequiredService<InstanceHost>();
        var broken = instances.Problems.ToLookup(problem => problem.Name, StringComparer.Ordinal);
        var served = instances.Named.Select(one => InstanceStateJson.Of(one, broken[one.Name].FirstOrDefault()?.Message));
        var others = instances.Problems.Where(problem => instances.Find(problem.Name) is null).Select(InstanceStateJson.Of);
        return context.Response.WriteAsJsonAsync(
            new ReadyJson(
                IsStopping(context) ? HealthEndpoints.Draining : HealthEndpoints.Ok,
                [.. served.Concat(others).OrderBy(one => one.Name, StringComparer.Ordinal)]
            ),
            ApiJson.Default.ReadyJson
        );
    }

    private static Task WriteMetricsAsync(HttpContext context)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(
            MetricsEndpoint.WriteAll(
                context.RequestServices.GetRequiredService<MetricCollector>(),
                context.RequestServices.GetRequiredService<InstanceHost>().Named
            )
        );
    }

    private static bool IsStopping(HttpContext context) =>
        context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;
}
