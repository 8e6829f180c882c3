// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace DolibarrOAuthBridge.Tests.OpenApi;

/// <summary>Makes the API's description from the sidecar's own routes, contracts and comments.</summary>
internal static partial class OpenApiGenerator
{
    public static async Task<OpenApiDocument> GenerateAsync()
    {
        IEndpointRouteBuilder? routes = null;
        var conf = new DolibarrConf
        {
            Path = "conf.php",
            DbHost = "127.0.0.1",
            DbName = "none",
            DbUser = "none",
            Keys = new InstanceKeys(null, null, null),
        };
        await using var server = BridgeServer.Build(
            conf,
            new BridgeOptions(),
            new ConfigurationBuilder().Build(),
            [],
            null,
            configureServices: services =>
            {
                services.AddOpenApi("v1", options =>
                    options
                        .AddDocumentTransformer(ApiDescription.DescribeAsync)
                        .AddOperationTransformer(ApiDescription.DescribeAsync)
                        .AddSchemaTransformer(ApiDescription.DescribeAsync)
                );

                // The server is never started, so it does not tell its routes by itself.
                services.AddSingleton<EndpointDataSource>(_ => new CompositeEndpointDataSource(routes!.DataSources));
            }
        );
        routes = server;
        return await server.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync();
    }

    public static async Task<string> WriteAsync(OpenApiDocument document) =>
        LineBreakInText()
            .Replace((await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1)).ReplaceLineEndings("\n"), " ")
            .TrimEnd() + "\n";

    // A comment may be wrapped in the source; its text stays the same.
    [GeneratedRegex(@"\\n *")]
    private static partial Regex LineBreakInText();
}
