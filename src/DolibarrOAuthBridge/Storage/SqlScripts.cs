// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;
using System.Text.RegularExpressions;

namespace DolibarrOAuthBridge.Storage;

/// <summary>The SQL files of the folder <c>sql</c>, which are part of the program, for an instance's table prefix.</summary>
internal static partial class SqlScripts
{
    private const string Folder = "sql/";

    /// <summary>The names of the files in a folder such as <c>views</c>, in the order to run them.</summary>
    public static IReadOnlyList<string> In(string folder) =>
        [
            .. Assembly
                .GetExecutingAssembly()
                .GetManifestResourceNames()
                .Where(name => name.StartsWith($"{Folder}{folder}/", StringComparison.Ordinal))
                .Select(name => name[Folder.Length..])
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>The text of a file.</summary>
    /// <param name="name">Its name such as <c>tables/llx_oauthbridge_grant.sql</c>.</param>
    /// <param name="prefix">The prefix of the instance's tables.</param>
    public static string Read(string name, string prefix)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + name)
            ?? throw new InvalidOperationException($"The program lacks sql/{name}.");
        using var reader = new StreamReader(stream);
        return PrefixInFile().Replace(reader.ReadToEnd(), prefix);
    }

    [GeneratedRegex(@"\bllx_")]
    private static partial Regex PrefixInFile();
}
