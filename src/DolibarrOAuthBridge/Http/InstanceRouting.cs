// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Instances;

namespace DolibarrOAuthBridge.Http;

/// <summary>Brings a request to the instance that it is for: from here on its services come from there.</summary>
internal static class InstanceRouting
{
    public static IApplicationBuilder UseInstance(this IApplicationBuilder app)
    {
        var instances = app.ApplicationServices.GetRequiredService<InstanceHost>();
        return app.Use(
            async (context, next) =>
            {
                using var use = instances.Single.Enter();
                context.RequestServices = use.Composition.Services;
                await next(context);
            }
        );
    }
}
