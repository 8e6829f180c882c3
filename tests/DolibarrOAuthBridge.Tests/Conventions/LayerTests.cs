// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DolibarrOAuthBridge.Tests.Conventions;

/// <summary>
/// The sidecar's folders are layers: a folder uses only folders of lower layers, never one of its own layer or of a higher one.
/// So there is no circle, and a reader can start at the bottom. Types in the root are for everybody, and use no folder.
/// </summary>
public sealed class LayerTests
{
    private static readonly string[][] Layers =
    [
        ["Providers", "Storage", "Journal", "Keys"],
        ["Entries", "Grants", "Metrics"],
        ["AppOnly", "Reports"],
        ["Tokens", "Diagnosis"],
        ["Consents", "Mail", "Rekeying", "Lifetime", "Notifications"],
        ["Login", "Transfers"],
        ["Instances"],
        ["Http"],
        ["Commands"],
    ];

    // They put everything together, so they know everything.
    private static readonly string[] CompositionRoots = ["BridgeServices.cs", "Program.cs"];

    private static readonly string Sources = Path.GetFullPath(
        Path.Combine(
            typeof(LayerTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == "RepositoryRoot").Value!,
            "src/DolibarrOAuthBridge"
        )
    );

    [Fact]
    public void A_folder_uses_only_folders_of_lower_layers()
    {
        var trees = Directory
            .EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: path))
            .ToArray();
        var compilation = CSharpCompilation.Create("layers", trees.Append(CSharpSyntaxTree.ParseText(ImplicitUsings)), References());

        var violations = trees
            .Where(tree => !CompositionRoots.Contains(Path.GetFileName(tree.FilePath)))
            .SelectMany(tree => Violations(tree, compilation.GetSemanticModel(tree)));

        Assert.Empty(violations.Distinct().Order());
    }

    [Fact]
    public void Every_folder_has_a_layer() =>
        Assert.Empty(
            Directory
                .GetDirectories(Sources)
                .Select(path => Path.GetFileName(path)!)
                .Where(folder => folder is not ("bin" or "obj"))
                .Except(Layers.SelectMany(layer => layer))
        );

    private static IEnumerable<string> Violations(SyntaxTree tree, SemanticModel model)
    {
        var user = FolderOf(tree.FilePath);
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var info = model.GetSymbolInfo(name);
            var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
            var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
            var used = type?.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath;
            if (used is { Length: > 0 } && FolderOf(used) is { Length: > 0 } folder && folder != user && LayerOf(folder) >= LayerOf(user))
            {
                yield return $"{Path.GetRelativePath(Sources, tree.FilePath)} uses {type!.Name} of {folder}";
            }
        }
    }

    private static string FolderOf(string path) =>
        Path.GetRelativePath(Sources, path).Split('/') is [var folder, _, ..] ? folder : string.Empty;

    private static int LayerOf(string folder) => Array.FindIndex(Layers, layer => layer.Contains(folder));

    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(':')
            .Where(path => Path.GetFileName(path) != "dolibarr-oauth-bridge.dll")
            .Select(path => MetadataReference.CreateFromFile(path));

    private const string ImplicitUsings = """
        global using global::System;
        global using global::System.Collections.Generic;
        global using global::System.IO;
        global using global::System.Linq;
        global using global::System.Net.Http;
        global using global::System.Threading;
        global using global::System.Threading.Tasks;
        global using global::Microsoft.AspNetCore.Builder;
        global using global::Microsoft.AspNetCore.Http;
        global using global::Microsoft.AspNetCore.Routing;
        global using global::Microsoft.Extensions.Configuration;
        global using global::Microsoft.Extensions.DependencyInjection;
        global using global::Microsoft.Extensions.Hosting;
        global using global::Microsoft.Extensions.Logging;
        """;
}
