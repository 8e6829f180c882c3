// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Instances;

namespace DolibarrOAuthBridge.Commands;

/// <summary>Which of several instances a command is about.</summary>
internal static class InstanceChoice
{
    private const int MostNamesShown = 20;

    /// <summary>The instance with a name.</summary>
    /// <exception cref="UsageException">There is none, or its settings are wrong.</exception>
    public static InstanceDefinition Find(InstanceCatalogue catalogue, string name) =>
        catalogue.Definitions.FirstOrDefault(one => one.Name == name)
        ?? throw new UsageException(
            catalogue.Problems.FirstOrDefault(one => one.Name == name) is { } problem
                ? $"The instance {name} ({problem.Source}) cannot be used: {problem.Message}"
                : $"There is no instance {Output.Clean(name)}. {Names(catalogue)}"
        );

    /// <summary>The only instance.</summary>
    /// <exception cref="UsageException">There are several, or none.</exception>
    public static InstanceDefinition Only(InstanceCatalogue catalogue) =>
        catalogue is { Definitions: [var only], Problems: [] }
            ? only
            : throw new UsageException($"Say which instance is meant: --instance NAME. {Names(catalogue)}");

    private static string Names(InstanceCatalogue catalogue) =>
        catalogue.Definitions.Count == 0
            ? "The configuration names none that can be used."
            : "There are: "
                + string.Join(", ", catalogue.Definitions.Take(MostNamesShown).Select(one => one.Name))
                + (catalogue.Definitions.Count > MostNamesShown ? ", …" : ".");
}
