// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Instances;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// Brings a request to the instance that it is for: by the prefix <c>/i/&lt;name&gt;</c> of its path, by the socket that it came by,
/// else to the only one. From there on its services are that instance's, and its path has no prefix.
/// </summary>
internal static class InstanceRouting
{
    private const string Prefix = "/i/";

    /// <summary>Finds the instance and takes the prefix off; nothing of the instance is touched yet.</summary>
    public static IApplicationBuilder UseInstanceNames(this IApplicationBuilder app)
    {
        var instances = app.ApplicationServices.GetRequiredService<InstanceHost>();
        var sockets = app.ApplicationServices.GetRequiredService<InstanceSockets>();
        return app.Use(
            (context, next) =>
            {
                var place = Find(context, instances, sockets);
                context.Features.Set(place);
                CurrentInstance.Name = place.Instance is { Name.Length: > 0 } instance ? instance.Name : null;
                return next(context);
            }
        );
    }

    /// <summary>Gives the request the services of its instance.</summary>
    public static IApplicationBuilder UseInstance(this IApplicationBuilder app)
    {
        var instances = app.ApplicationServices.GetRequiredService<InstanceHost>();
        return app.Use(
            async (context, next) =>
            {
                if (context.Features.GetRequiredFeature<RequestPlace>().Instance is not { } instance || IsAboutProcess(context))
                {
                    await next(context); // one of the few calls that are about no instance
                    return;
                }

                using var use = Enter(instance, instances) ?? throw NoSuch();
                context.RequestServices = use.Composition.Services;
                context.Features.Set(use);
                try
                {
                    await next(context);
                }
                finally
                {
                    if (!HttpMethods.IsGet(context.Request.Method))
                    {
                        instance.NoteChange();
                    }
                }
            }
        );
    }

    /// <summary>What whoever names an instance that is not there is told.</summary>
    public static BridgeException NoSuch() =>
        new(
            ProblemCode.NotFound,
            "There is no such instance here. Its address is /i/NAME/…, with the name that the configuration gives it."
        );

    // It lives and has its document, whatever its instances suffer.
    private static bool IsAboutProcess(HttpContext context) => context.Request.Path.Value is "/healthz" or "/openapi/v1.json";

    private static InstanceUse? Enter(Instance instance, InstanceHost instances)
    {
        try
        {
            // A moment ago it may have been replaced by one with new settings.
            return instance.EnterRequest() ?? instances.Find(instance.Name)?.EnterRequest();
        }
        catch (Exception exception) when (exception is DolibarrConfException or SidecarAccountException)
        {
            throw new BridgeException(
                ProblemCode.StoreUnavailable,
                "This instance cannot be used as it is configured. The sidecar's log and \"dolibarr-oauth-bridge instances\" say why.",
                TimeSpan.FromSeconds(30),
                exception
            );
        }
    }

    private static RequestPlace Find(HttpContext context, InstanceHost instances, InstanceSockets sockets)
    {
        var owner = sockets.IsEmpty ? null : sockets.OwnerOf(PathOf(context));
        var path = context.Request.Path.Value ?? string.Empty;
        if (!instances.HasNames || !path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            var instance = owner is null ? instances.Default : instances.Find(owner);
            return new RequestPlace(instance, instance is null && owner is not null, IsWhole: owner is null);
        }

        var end = path.IndexOf('/', Prefix.Length);
        var name = end < 0 ? path[Prefix.Length..] : path[Prefix.Length..end];
        var named = InstanceName.IsValid(name) && (owner is null || owner == name) ? instances.Find(name) : null;
        if (named is not null)
        {
            context.Request.Path = end < 0 ? "/" : path[end..];
        }

        return new RequestPlace(named, named is null, IsWhole: false);
    }

    private static string? PathOf(HttpContext context) =>
        context.Features.Get<IConnectionSocketFeature>()?.Socket.LocalEndPoint is UnixDomainSocketEndPoint end ? end.ToString() : null;
}

/// <summary>Where a request belongs.</summary>
/// <param name="Instance">Its instance; null if it is about none.</param>
/// <param name="IsUnknown">Whether it names one that is not there.</param>
/// <param name="IsWhole">Whether it names none, and came by an address of the whole process.</param>
internal sealed record RequestPlace(Instance? Instance, bool IsUnknown, bool IsWhole);
