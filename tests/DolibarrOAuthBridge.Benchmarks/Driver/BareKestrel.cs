// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace DolibarrOAuthBridge.Benchmarks.Driver;

/// <summary>Kestrel that answers every request with the same bytes: the most that can be had on a machine.</summary>
internal static class BareKestrel
{
    /// <summary>Answered only after <see cref="Stage.ProviderDelay"/>, as a token is that must be refreshed.</summary>
    public const string LatePath = "/late";

    public static async Task RunAsync(int port, byte[] body)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        var application = builder.Build();
        application.Run(async context =>
        {
            if (context.Request.Path == LatePath)
            {
                await Task.Delay(Stage.ProviderDelay);
            }

            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body);
        });
        await application.RunAsync();
    }
}
