// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DolibarrOAuthBridge.Tests.Conventions;

/// <summary>Rules of this repository that no analyzer knows.</summary>
public sealed partial class SourceTests
{
    private static readonly string Root = Path.GetFullPath(
        typeof(SourceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == "RepositoryRoot").Value!
    );

    private static readonly string[] CodePlaces = ["src", "tests", "dolibarr-module", "sql", "build", "packaging", ".ci", "Makefile"];
    private static readonly string[] Prose = [".md", ".lang", ".json", ".cache", ".1", ".png", ".gif", ".svg", ".xml"];

    private static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    [Fact]
    public void No_file_is_longer_than_three_hundred_lines() =>
        Assert.DoesNotContain(Files("src").Concat(Files("tests")), path => File.ReadLines(path).Count() > 300);

    // Prose and texts of the user interface have one line for each paragraph or text; lines of grants carry their condition.
    [Fact]
    public void No_line_of_code_is_longer_than_140_characters() =>
        Assert.Empty(
            CodePlaces
                .SelectMany(CodeFiles)
                .Where(path => File.ReadLines(path).Any(line => line.Length > 140))
                .Select(path => Path.GetRelativePath(Root, path))
        );

    private static IEnumerable<string> CodeFiles(string place)
    {
        var path = Path.Combine(Root, place);
        return File.Exists(path)
            ? [path]
            : Directory
                .EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file =>
                    !Path.GetRelativePath(Root, file).Split('/').Any(part => part is "bin" or "obj" or "golden" or "node_modules")
                )
                .Where(file => Path.GetFileName(file) != "grants.sql" && !Prose.Any(end => file.EndsWith(end, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_record_with_a_secret_does_not_print_it()
    {
        var printing = typeof(BridgeOptions)
            .Assembly.GetTypes()
            .Concat(typeof(EntryName).Assembly.GetTypes())
            .Where(type =>
                (type.IsVisible || type.Assembly == typeof(BridgeOptions).Assembly)
                && type.Namespace?.StartsWith("DolibarrOAuthBridge", StringComparison.Ordinal) == true
            )
            .Where(type =>
                type.GetMethod("<Clone>$") is not null
                && type.GetProperties().Any(property => property.PropertyType == typeof(string) && SecretName().IsMatch(property.Name))
            )
            .Where(type =>
                type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null
                && type.GetMethod(nameof(ToString), Type.EmptyTypes)!
                    .GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>()
                    is not null
            );

        Assert.Empty(printing.Select(type => type.FullName));
    }

    [Fact]
    public void Every_provider_of_dolibarr_has_one_record_in_the_catalogue() =>
        Assert.All(EntryProvider.All, provider => Assert.Single(ProviderCatalogue.All, record => record.Keys.Contains(provider.Key)));

    [Fact]
    public void Every_endpoint_in_the_catalogue_is_https_and_every_name_is_used_once()
    {
        Assert.All(ProviderCatalogue.All.SelectMany(provider => provider.Endpoints.Values), url =>
            Assert.Matches("^(https://|\\{url\\}/)", url)
        );
        Assert.Equal(
            ProviderCatalogue.All.Count,
            ProviderCatalogue.All.Select(provider => provider.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count()
        );
    }

    [Fact]
    public void Secrets_are_compared_in_one_place_only() =>
        Assert.Equal(
            ["SecretHash.cs"],
            Files("src/DolibarrOAuthBridge")
                .Where(path => File.ReadAllText(path).Contains("FixedTimeEquals(", StringComparison.Ordinal))
                .Select(Path.GetFileName)
        );

    // A Dolibarr may have another prefix, and people run the SQL that they are told.
    [Fact]
    public void No_message_names_a_table_with_a_prefix_of_its_own() =>
        Assert.Equal(
            ["BridgeSchema.cs", "DolibarrConf.cs", "DolibarrConfReader.cs", "SqlScripts.cs", "TableDefinition.cs"], // files and the default
            Files("src/DolibarrOAuthBridge")
                .Concat(Files("src/DolibarrOAuthBridge.Dolibarr"))
                .Where(path =>
                    CSharpSyntaxTree
                        .ParseText(File.ReadAllText(path))
                        .GetRoot()
                        .DescendantTokens()
                        .Any(token => token.Text.Contains("llx_", StringComparison.Ordinal))
                )
                .Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_problem_code_has_a_status_of_its_own_choosing()
    {
        var codes = typeof(ProblemCode)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Where(code => code != ProblemCode.InternalError);

        Assert.All(codes, code => Assert.NotEqual(500, DolibarrOAuthBridge.Http.Problems.StatusOf(code)));
    }

    [GeneratedRegex("Token$|Secret$|Password|^NewValue$|^Value$|ApiKey")]
    private static partial Regex SecretName();
}
