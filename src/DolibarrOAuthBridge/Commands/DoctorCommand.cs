// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Instances;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// <c>doctor</c>: everything that is wrong, with what to do. Exit status 1 if something does not work, 0 for warnings and less.
/// </summary>
internal sealed class DoctorCommand : IBridgeCommand
{
    private readonly Option<bool> _offline = new("--offline") { Description = "Ask nothing but the database: no provider, no sidecar." };
    private readonly Option<string?> _sidecar = new("--sidecar")
    {
        Description = "Where the sidecar is, if not where Dolibarr's module looks: a URL or the path of its socket.",
        HelpName = "ADDRESS",
    };

    private readonly Option<bool> _all = new("--all") { Description = "Examine every instance that the configuration names." };

    public bool IsOfOneInstance(ParseResult result) => !result.GetValue(_all);

    public Command Define() =>
        new("doctor", "Find everything that is wrong, with what to do. Changes nothing.") { _offline, _sidecar, _all };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        if (result.GetValue(_all))
        {
            return await ExamineAllAsync(result, open, cancellationToken);
        }

        var (findings, json) = await ExamineAsync(result, open, cancellationToken);
        var report = DoctorReport.Of(findings);
        if (json)
        {
            await Output.WriteJsonAsync(report, CommandJson.Default.DoctorReport);
        }
        else
        {
            Write(Output.Console(), findings);
        }

        return report.Healthy ? 0 : 1;
    }

    private async Task<int> ExamineAllAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var catalogue = context.ListInstances()
                ?? throw new UsageException("--all is about instances with names. The configuration has none: see Instances.");
            // A section and a file may have one name.
            var reports = catalogue
                .Problems.GroupBy(problem => problem.Name, StringComparer.Ordinal)
                .ToDictionary(same => same.Key, same => same.Select(Unusable).ToList(), StringComparer.Ordinal);
            foreach (var definition in catalogue.Definitions)
            {
                var (findings, _) = await ExamineAsync(result, () => CommandContext.Of(definition).WithConf(), cancellationToken);
                reports[definition.Name] = [.. reports.GetValueOrDefault(definition.Name, []), .. findings];
            }

            var all = new DoctorReports(
                reports
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .ToDictionary(pair => pair.Key, pair => DoctorReport.Of(pair.Value), StringComparer.Ordinal)
            );
            if (context.Json)
            {
                await Output.WriteJsonAsync(all, CommandJson.Default.DoctorReports);
            }
            else
            {
                WriteAll(Output.Console(), all);
            }

            return all.Healthy ? 0 : 1;
        }
    }

    private static Finding Unusable(InstanceProblem problem) =>
        new(
            "instance_unusable",
            Severity.Error,
            problem.Source,
            problem.Message,
            "Correct the file, then send the sidecar SIGHUP (systemctl reload dolibarr-oauth-bridge)."
        );

    private static void WriteAll(IAnsiConsole console, DoctorReports all)
    {
        foreach (var (name, report) in all.Instances)
        {
            console.Write(new Text($"{name}\n", new Style(decoration: Decoration.Bold)));
            Write(console, report.Findings);
        }
    }

    private async Task<(IReadOnlyList<Finding> Findings, bool Json)> ExamineAsync(
        ParseResult result,
        Func<CommandContext> open,
        CancellationToken cancellationToken
    )
    {
        CommandContext context;
        try
        {
            context = open();
        }
        catch (UsageException exception) when (result.GetValue(_all))
        {
            return (
                [
                    new(
                        "instance_unusable",
                        Severity.Error,
                        "conf.php",
                        exception.Message,
                        "Correct Bridge:DatabaseUser and Bridge:DatabasePasswordFile, the instance's own or those for all, and whose their "
                            + "files and conf.php are."
                    ),
                ],
                false
            );
        }
        catch (DolibarrConfException exception)
        {
            return (
                [
                    new(
                        "conf_unusable",
                        Severity.Error,
                        exception.Path,
                        exception.Message,
                        "Correct that line of conf.php, or the path in --dolibarr-conf; the sidecar reads the same file."
                    ),
                ],
                result.GetValue<bool>("--json")
            );
        }

        await using (context)
        {
            var findings = await context
                .Get<Doctor>()
                .ExamineAsync(result.GetValue(_offline), result.GetValue(_sidecar), cancellationToken);
            await TellUnseenAsync(context, cancellationToken);
            return (findings, context.Json);
        }
    }

    private static async Task TellUnseenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            if (await context.UnseenAsync(cancellationToken) is { } unseen)
            {
                await Console.Error.WriteLineAsync(unseen);
            }
        }
        catch (StoreException)
        {
            // The findings say that the database cannot be reached.
        }
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            console.Write(new Text($"{finding.Severity,-7}", new Style(ColorOf(finding.Severity), decoration: Decoration.Bold)));
            Output.WriteLine(console, $" {finding.Subject}  [{finding.Code}]");
            Output.WriteLine(console, $"        {finding.Evidence}");
            Output.WriteLine(console, $"        → {finding.Advice}");
        }

        var counts = Severity
            .All.Select(severity => (severity, Count: findings.Count(finding => finding.Severity == severity)))
            .Where(pair => pair.Count > 0)
            .Select(pair => $"{pair.Count} {pair.severity}{(pair.Count == 1 || pair.severity == Severity.Info ? string.Empty : "s")}")
            .ToList();
        Output.WriteLine(console, counts.Count == 0 ? "Nothing is wrong." : string.Join(", ", counts) + ".");
    }

    private static Color ColorOf(string severity) =>
        severity switch
        {
            Severity.Error => Color.Red,
            Severity.Warning => Color.Yellow,
            _ => Color.Blue,
        };
}

/// <summary>What <c>doctor --all --json</c> prints.</summary>
/// <param name="Instances">The report of each instance, by its name.</param>
internal sealed record DoctorReports(IReadOnlyDictionary<string, DoctorReport> Instances)
{
    /// <summary>Whether nothing is wrong anywhere.</summary>
    public bool Healthy => Instances.Values.All(report => report.Healthy);
}
