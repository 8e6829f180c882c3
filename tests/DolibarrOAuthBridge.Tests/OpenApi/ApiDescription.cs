// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Http.Security;
using DolibarrOAuthBridge.Reports;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DolibarrOAuthBridge.Tests.OpenApi;

/// <summary>
/// What the API's description says beyond the routes themselves: the key, the failures, the parameters that many calls share.
/// </summary>
internal static class ApiDescription
{
    private const string Key = "api_key";

    private static readonly Dictionary<string, (string Text, OpenApiSchema Schema)> SharedParameters = new()
    {
        ["entry"] = (
            "The OAuth entry, by the name that Dolibarr's settings hold (GOOGLE-Mail) or the service name of its token row "
                + "(Google-Mail). ASCII case does not matter.",
            new() { Type = JsonSchemaType.String }
        ),
        ["entity"] = (
            "The company, for Dolibarr with the Multicompany module.",
            new()
            {
                Type = JsonSchemaType.Integer,
                Minimum = "1",
                Default = 1,
            }
        ),
        ["min_ttl"] = (
            "Seconds that the token must live on.",
            new()
            {
                Type = JsonSchemaType.Integer,
                Minimum = "0",
                Maximum = "86400",
                Default = 60,
            }
        ),
        ["revoke"] = (
            "Revokes the grant at the provider first, where the provider can do that.",
            new() { Type = JsonSchemaType.Boolean, Default = false }
        ),
        ["force"] = ("Deletes the token even if the provider cannot be reached.", new() { Type = JsonSchemaType.Boolean, Default = false }),
    };

    private static readonly Dictionary<(Type, string), Type> Values = new()
    {
        [(typeof(ProblemJson), "code")] = typeof(ProblemCode),
        [(typeof(TokenReport), "status")] = typeof(TokenStatus),
    };

    public static async Task DescribeAsync(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        document.Info = new OpenApiInfo
        {
            Title = "DolibarrOAuthBridge",
            Version = "1",
            Description =
                "OAuth 2 tokens of Dolibarr's entries. Answers programs on its own machine only, over loopback or a unix socket: "
                + "a Host header that is not loopback, or an Origin header, is refused. Failures are problem+json (RFC 9457) "
                + "with a stable code.",
        };
        document.Servers = [new OpenApiServer { Url = "http://127.0.0.1:8765", Description = "The default address." }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Key] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "OAUTHBRIDGE_API_KEY, as the module or the command init made it.",
            },
        };
        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemJson), null, cancellationToken);
        document.AddComponent(nameof(ProblemJson), problem);
        foreach (
            var (path, operation) in document.Paths.SelectMany(path =>
                (path.Value.Operations ?? []).Select(operation => (path.Key, operation.Value))
            )
        )
        {
            if (!ApiKeyGuard.Open.Contains(path))
            {
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, document)] = [] }];
            }

            if (path.StartsWith("/v1/", StringComparison.Ordinal))
            {
                operation.Responses!["default"] = new OpenApiResponse
                {
                    Description = "A failure: code is stable, detail says what to do.",
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemJson), document) },
                    },
                };
            }
        }
    }

    public static Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            if (parameter.Description is null && SharedParameters.TryGetValue(parameter.Name ?? string.Empty, out var shared))
            {
                (parameter.Description, parameter.Schema) = shared;
            }
        }

        if (operation.OperationId == "StockRefresh")
        {
            operation.RequestBody = Form("grant_type", "client_id", "client_secret", "refresh_token");
        }

        return Task.CompletedTask;
    }

    // Numbers are written as numbers, whatever the reader would also take.
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (
            schema.Type is { } type
            && type.HasFlag(JsonSchemaType.String)
            && (type.HasFlag(JsonSchemaType.Integer) || type.HasFlag(JsonSchemaType.Number))
        )
        {
            schema.Type = type & ~JsonSchemaType.String;
            schema.Pattern = null;
        }

        if (context.JsonPropertyInfo is { } property && Values.TryGetValue((property.DeclaringType, property.Name), out var constants))
        {
            schema.Enum =
            [
                .. constants
                    .GetFields(BindingFlags.Public | BindingFlags.Static)
                    .Select(field => JsonValue.Create((string)field.GetRawConstantValue()!)),
            ];
        }

        return Task.CompletedTask;
    }

    private static OpenApiRequestBody Form(params string[] fields) =>
        new()
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/x-www-form-urlencoded"] = new()
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string>(fields),
                        Properties = fields.ToDictionary(
                            field => field,
                            IOpenApiSchema (_) => new OpenApiSchema { Type = JsonSchemaType.String }
                        ),
                    },
                },
            },
        };
}
