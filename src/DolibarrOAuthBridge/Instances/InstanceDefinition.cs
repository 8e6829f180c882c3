// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Instances;

/// <summary>One Dolibarr as the configuration describes it.</summary>
internal sealed record InstanceDefinition
{
    /// <summary>Its name; empty for the one of <c>Bridge:DolibarrConf</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The setting or the file that describes it, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>Its settings; its state directory is its own.</summary>
    public required BridgeOptions Options { get; init; }

    /// <summary>What its services read further, such as endpoints.</summary>
    public required Func<IConfiguration> Configuration { get; init; }

    /// <summary>The socket that answers for it without a prefix; null for none.</summary>
    public InstanceSocket? Socket { get; init; }

    /// <summary>What its conf.php says, where that was read already.</summary>
    public DolibarrConf? Conf { get; init; }

    /// <summary>The same for two definitions that say the same.</summary>
    public string Mark { get; init; } = string.Empty;

    /// <summary>Reads its conf.php.</summary>
    /// <exception cref="DolibarrConfException">It cannot be used.</exception>
    /// <exception cref="SidecarAccountException">The file with the database account's password cannot be read.</exception>
    public DolibarrConf ReadConf() => SidecarAccount.Read(Options.DolibarrConf, Options);
}

/// <summary>A unix socket of an instance's own.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Mode">Its file mode.</param>
/// <param name="Group">Its group; null for the process's own.</param>
internal sealed record InstanceSocket(string Path, UnixFileMode Mode, string? Group);

/// <summary>What is wrong with one instance, or with one file in the directory of instances.</summary>
/// <param name="Name">The instance; where a file's name is none, that file name.</param>
/// <param name="Source">The setting or the file.</param>
/// <param name="Message">What is wrong and what to do.</param>
internal sealed record InstanceProblem(string Name, string Source, string Message);

/// <summary>The instances of a configuration, and what is wrong with others.</summary>
internal sealed record InstanceCatalogue(IReadOnlyList<InstanceDefinition> Definitions, IReadOnlyList<InstanceProblem> Problems)
{
    /// <summary>No instance at all.</summary>
    public static InstanceCatalogue Empty { get; } = new([], []);
}

/// <summary>The names of instances. Nothing else ever becomes part of a path.</summary>
internal static partial class InstanceName
{
    /// <summary>Whether a text is a name: 1 to 40 of <c>a-z</c>, <c>0-9</c> and <c>-</c>.</summary>
    public static bool IsValid(string text) => Pattern().IsMatch(text);

    [GeneratedRegex("^[a-z0-9-]{1,40}\\z")]
    private static partial Regex Pattern();
}
