// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.Globalization;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.Reports;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// <c>instances</c>: the instances that the configuration names, with their state as their databases tell it now. Exit status 1 if one
/// of them cannot be used.
/// </summary>
internal sealed class InstancesCommand : IBridgeCommand
{
    private const int AtOnce = 8;

    public bool IsOfOneInstance(ParseResult result) => false;

    public Command Define() => new("instances", "List the instances of this machine with their databases, entries and who needs a person.");

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var catalogue = context.Instance is { } one
                ? new InstanceCatalogue([one], [])
                : context.ListInstances() ?? InstanceCatalogue.Empty;
            var looked = new InstanceLine[catalogue.Definitions.Count];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, looked.Length),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (index, stop) => looked[index] = await LookAsync(catalogue.Definitions[index], stop)
            );
            var lines = looked
                .Concat(catalogue.Problems.Select(InstanceLine.Of))
                .OrderBy(line => line.Name, StringComparer.Ordinal)
                .ToList();
            if (context.Json)
            {
                await Output.WriteJsonAsync(new InstanceList(lines), CommandJson.Default.InstanceList);
            }
            else
            {
                Write(Output.Console(), lines);
            }

            return lines.TrueForAll(line => line.State == InstanceLine.Ok) ? 0 : 1;
        }
    }

    private static async Task<InstanceLine> LookAsync(InstanceDefinition definition, CancellationToken cancellationToken)
    {
        var line = new InstanceLine
        {
            Name = definition.Name,
            State = InstanceLine.Ok,
            DolibarrConf = definition.Options.DolibarrConf,
            Socket = definition.Socket?.Path,
        };
        try
        {
            var conf = definition.ReadConf();
            line = line with { Database = $"{conf.DbName} on {conf.DbHost}" };
            var context = CommandContext.Of(definition);
            await using (context)
            {
                var reports = await context.Get<EntryReporter>().ListAllAsync(cancellationToken);
                return line with { Entries = reports.Count, NeedPerson = [.. reports.Where(report => report.NeedsPerson).Select(Name)] };
            }
        }
        catch (Exception exception) when (exception is StoreException or BridgeException)
        {
            return line with { State = InstanceLine.DatabaseDown, Problem = exception.Message };
        }
        catch (Exception exception) when (exception is DolibarrConfException or SidecarAccountException or UsageException)
        {
            return line with { State = InstanceLine.Broken, Problem = exception.Message };
        }
    }

    private static string Name(EntryReport report) =>
        report.Entity == 1 ? report.Entry : string.Create(CultureInfo.InvariantCulture, $"{report.Entry} (entity {report.Entity})");

    private static void Write(IAnsiConsole console, List<InstanceLine> lines)
    {
        if (lines.Count == 0)
        {
            Output.WriteLine(console, "The configuration names no instances. See Instances and Bridge:InstancesDirectory.");
            return;
        }

        var table = Output.Table("Instance", "State", "Database", "Entries", "Needs a person");
        foreach (var line in lines)
        {
            table.AddRow(
                Output.Cell(line.Name),
                Output.Cell(line.State, line.State == InstanceLine.Ok ? Color.Green : Color.Red),
                Output.Cell(line.Database),
                Output.Cell(line.Entries?.ToString(CultureInfo.InvariantCulture)),
                Output.Cell(line.NeedPerson is { Count: > 0 } names ? string.Join(", ", names) : null)
            );
        }

        console.Write(table);
        foreach (var line in lines.Where(line => line.Problem is not null))
        {
            Output.WriteLine(console, $"{line.Name}: {line.Problem}");
        }
    }
}

/// <summary>What <c>instances --json</c> prints.</summary>
internal sealed record InstanceList(IReadOnlyList<InstanceLine> Instances);

/// <summary>One instance.</summary>
internal sealed record InstanceLine
{
    public const string Ok = "ok";
    public const string Broken = "broken";
    public const string DatabaseDown = "database_down";

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>ok</c>, <c>database_down</c>, or <c>broken</c>: its configuration or conf.php cannot be used.</summary>
    public required string State { get; init; }

    /// <summary>Its conf.php; null where the configuration does not tell.</summary>
    public string? DolibarrConf { get; init; }

    /// <summary>Its database and server; null where conf.php cannot be read.</summary>
    public string? Database { get; init; }

    /// <summary>Its own socket; null for none.</summary>
    public string? Socket { get; init; }

    /// <summary>The number of OAuth entries of all its companies; null where nobody can tell.</summary>
    public int? Entries { get; init; }

    /// <summary>The entries that need a person; null where nobody can tell.</summary>
    public IReadOnlyList<string>? NeedPerson { get; init; }

    /// <summary>What is wrong and what to do; null if nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>An instance that cannot be used as it is configured.</summary>
    public static InstanceLine Of(InstanceProblem problem) =>
        new()
        {
            Name = problem.Name,
            State = Broken,
            Problem = $"{problem.Source}: {problem.Message}",
        };
}
