// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;
using System.Text;

namespace DolibarrOAuthBridge.LoginTests.Conformance;

/// <summary>The table of the modules replayed, made of the tests' own attributes: each test asserts what its row says.</summary>
internal static class ConformanceDocument
{
    private static readonly string Root = Path.GetFullPath(
        typeof(ConformanceDocument)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(data => data.Key == "RepositoryRoot")
            .Value!
    );

    /// <summary>Where it is kept.</summary>
    public static string FilePath => Path.Combine(Root, "docs", "login-conformance.md");

    /// <summary>Every module replayed.</summary>
    public static IReadOnlyList<ModuleAttribute> Modules { get; } =
    [
        .. typeof(ConformanceDocument)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<ModuleAttribute>())
            .OfType<ModuleAttribute>()
            .OrderBy(module => module.Name, StringComparer.Ordinal),
    ];

    /// <summary>The document.</summary>
    public static string Render()
    {
        var text = new StringBuilder(
            """
            # Sign-in: conformance

            <!-- Made by `make conformance` from the tests in tests/DolibarrOAuthBridge.LoginTests/Conformance; a test compares the two. -->

            Modules of the OpenID Foundation's conformance suite, replayed against the relying party by a scripted provider that does
            everything right but the one thing that the module is about. Each row is a test of the module's name, and asserts what the row
            says: the reason code of a rejection, and that nothing more was asked of the provider after it. This is no certification; the
            suite itself was not run.


            """.ReplaceLineEndings("\n")
        );
        Append(text, "OpenID Connect, relying party: Basic, Config and refresh token plans", Applicable.OpenId);
        Append(text, "FAPI 2.0 security profile, client: the modules that make sense without PAR, DPoP and JARM", Applicable.Fapi);
        Append(
            text,
            "Further modules of the comprehensive OpenID Connect plan",
            [.. Modules.Select(module => module.Name).Except(Applicable.OpenId).Except(Applicable.Fapi)]
        );
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void Append(StringBuilder text, string title, IReadOnlyList<string> names)
    {
        text.Append(
            System.Globalization.CultureInfo.InvariantCulture,
            $"## {title} ({names.Count})\n\n| module | the client | result |\n|---|---|---|\n"
        );
        foreach (var module in Modules.Where(module => names.Contains(module.Name)))
        {
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"| `{module.Name}` | {module.Requirement} | {(module.Rejects is { } reason ? $"rejected: `{reason}`" : module.Result)} |\n"
            );
        }

        text.Append('\n');
    }
}
