// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// A web server that takes nothing from its surroundings: no <c>appsettings.json</c>, no <c>ASPNETCORE_…</c> or <c>DOTNET_…</c>
/// variable, no current directory. Only what the program itself sets counts.
/// </summary>
internal static class BareServer
{
    /// <summary>The builder, with Kestrel and routing and nothing else.</summary>
    public static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions
            {
                Args = [],
                ApplicationName = "dolibarr-oauth-bridge",
                EnvironmentName = Environments.Production,
                ContentRootPath = AppContext.BaseDirectory,
            }
        );
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        return builder;
    }
}
