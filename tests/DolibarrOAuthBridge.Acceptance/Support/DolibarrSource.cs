// SPDX-License-Identifier: GPL-3.0-or-later

using System.Reflection;
using System.Text.RegularExpressions;

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>
/// The real Dolibarr that the run was given (<c>DOLIBARR_ROOT</c>, its htdocs), which is only ever read, and the module under
/// test.
/// </summary>
internal static partial class DolibarrSource
{
    /// <summary>What the tests say when they are skipped.</summary>
    public const string Needed = "Needs a real Dolibarr: make test-dolibarr DOLIBARR_ROOTS=/path/to/htdocs";

    /// <summary>The oldest release that the module supports.</summary>
    private static readonly Version Oldest = new(17, 0);

    /// <summary>Its htdocs; null where none was given.</summary>
    public static string? Root { get; } =
        Environment.GetEnvironmentVariable("DOLIBARR_ROOT") is { Length: > 0 } root ? Path.GetFullPath(root) : null;

    /// <summary>The module in this repository.</summary>
    public static string Module { get; } = Metadata("ModuleDirectory");

    /// <summary>Whether the site uses the module in place (<c>DOLIBARR_LINK_MODULE</c>), so that a change shows at once.</summary>
    public static bool LinksModule { get; } = Environment.GetEnvironmentVariable("DOLIBARR_LINK_MODULE") is { Length: > 0 };

    /// <summary>Where screenshots and logs of the run go.</summary>
    public static string Artifacts => Path.Combine(AllArtifacts, Version);

    /// <summary>Where those of all releases go.</summary>
    public static string AllArtifacts => Metadata("ArtifactsDirectory");

    /// <summary>The script of axe, which <c>make test-dolibarr</c> installs.</summary>
    public static string Axe => Path.Combine(AllArtifacts, "..", "axe", "node_modules", "axe-core", "axe.min.js");

    /// <summary>Its release, such as <c>22.0.4</c> or <c>24.0.0-beta</c>.</summary>
    public static string Release { get; } = Root is null ? string.Empty : ReadRelease(Root);

    /// <summary>Its version, such as <c>22.0.4</c>.</summary>
    public static string Version { get; } = Release.Split('-')[0];

    /// <summary>Whether it takes a key with commas for a list of keys, as 24 does, but not its betas.</summary>
    public static bool TakesKeyForList { get; } =
        Root is not null && File.Exists(Path.Combine(Root, "blockedlog", "lib", "securitycore.lib.php"));

    /// <summary>Whether a Dolibarr was given that the module supports.</summary>
    public static bool IsSupported => Root is not null && System.Version.Parse(Version) >= Oldest;

    /// <summary>Whether a Dolibarr was given that is too old for the module.</summary>
    public static bool IsTooOld => Root is not null && !IsSupported;

    /// <summary>Whether the Dolibarr is of a release before the given one.</summary>
    public static bool IsBefore(int major) => System.Version.Parse(Version).Major < major;

    private static string ReadRelease(string root)
    {
        var file = Path.Combine(root, "filefunc.inc.php");
        if (!File.Exists(file))
        {
            throw new InvalidOperationException($"DOLIBARR_ROOT={root} is no htdocs of a Dolibarr: it has no filefunc.inc.php.");
        }

        // From 23 on it is in a file of its own, put together from two constants.
        var newer = Path.Combine(root, "version.inc.php");
        var text = File.ReadAllText(file) + (File.Exists(newer) ? File.ReadAllText(newer) : string.Empty);
        if (Definition().Match(text) is { Success: true } match)
        {
            return match.Groups[1].Value;
        }

        return Major().Match(text) is { Success: true } major && Minor().Match(text) is { Success: true } minor
            ? $"{major.Groups[1].Value}.{minor.Groups[1].Value}"
            : throw new InvalidOperationException($"{file} does not say its version.");
    }

    private static string Metadata(string key) =>
        Path.GetFullPath(
            typeof(DolibarrSource).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == key).Value!
        );

    [GeneratedRegex(@"define\('DOL_VERSION', '(\d+\.\d+\.\d+[^']*)")]
    private static partial Regex Definition();

    [GeneratedRegex(@"define\('DOL_MAJOR_VERSION', '(\d+)'")]
    private static partial Regex Major();

    [GeneratedRegex(@"define\('DOL_MINOR_VERSION', '(\d+\.\d+[^']*)")]
    private static partial Regex Minor();
}
