using System.Globalization;
using DolibarrOAuthBridge.Mail;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary>Shows checks of mail servers to people: each step with its mark, its time and what was found.</summary>
internal static class MailCheckOutput
{
    public static void Write(IAnsiConsole console, MailCheckReport report)
    {
        console.WriteLine($"{report.Host}:{report.Port.ToString(CultureInfo.InvariantCulture)} ({report.Security}) as {report.Username}");
        Write(console, report.Steps);
    }

    public static void Write(IAnsiConsole console, IReadOnlyList<MailStep> steps)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumn(new TableColumn(string.Empty) { NoWrap = true });
        table.AddColumn(new TableColumn(string.Empty) { NoWrap = true });
        table.AddColumn(new TableColumn(string.Empty) { NoWrap = true, Alignment = Justify.Right });
        table.AddColumn(new TableColumn(string.Empty));
        foreach (var step in steps)
        {
            table.AddRow(
                step.Ok ? new Text(" ✓", new Style(Color.Green)) : new Text(" ✗", new Style(Color.Red)),
                new Text(step.Name),
                new Text($"{step.Ms.ToString(CultureInfo.InvariantCulture)} ms"),
                new Text(step.Detail));
        }

        console.Write(table);
    }
}
