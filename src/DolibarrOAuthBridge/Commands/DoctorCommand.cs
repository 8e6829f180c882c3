// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Dolibarr.Configuration;
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

    public Command Define() => new("doctor", "Find everything that is wrong, with what to do. Changes nothing.") { _offline, _sidecar };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
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
            return (
                await context.Get<Doctor>().ExamineAsync(result.GetValue(_offline), result.GetValue(_sidecar), cancellationToken),
                context.Json
            );
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
