// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;

namespace DolibarrOAuthBridge.Tests.OpenApi;

/// <summary>The description of the API that the sidecar carries.</summary>
public sealed class OpenApiTests
{
    private const string Command = "make openapi";

    private static readonly string Root = Path.GetFullPath(
        typeof(OpenApiTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == "RepositoryRoot").Value!
    );

    [Fact]
    public async Task The_document_is_that_of_the_endpoints()
    {
        var path = Path.Combine(Root, "openapi", "v1.json");
        var generated = await OpenApiGenerator.WriteAsync(await OpenApiGenerator.GenerateAsync());
        if (Environment.GetEnvironmentVariable("OPENAPI_WRITE") == "1")
        {
            await File.WriteAllTextAsync(path, generated);
        }

        Assert.True(
            generated == await File.ReadAllTextAsync(path),
            $"The endpoints or their comments changed: run `{Command}` and commit openapi/v1.json."
        );
    }

    [Fact]
    public async Task Every_call_has_a_summary_and_every_parameter_a_description()
    {
        var document = await OpenApiGenerator.GenerateAsync();

        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations ?? [])
            {
                Assert.False(
                    string.IsNullOrEmpty(operation.Summary),
                    $"{method} {path} needs .WithSummary(\"...\"); then run `{Command}`."
                );
                Assert.False(
                    string.IsNullOrEmpty(operation.OperationId),
                    $"{method} {path} needs .WithName(\"...\"); then run `{Command}`."
                );
                Assert.All(operation.Parameters ?? [], parameter =>
                    Assert.False(
                        string.IsNullOrEmpty(parameter.Description),
                        $"{method} {path}: the parameter {parameter.Name} needs [Description(\"...\")]; then run `{Command}`."
                    )
                );
            }
        }
    }
}
