// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Mail;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary>Shows checks of mail servers to people: each step with its mark, its time and what was found.</summary>
internal static class MailCheckOutput
{
    public static void Write(IAnsiConsole console, MailCheckReport report)
    {
        Output.WriteLine(
            console,
            report.Source
                ?? string.Create(CultureInfo.InvariantCulture, $"{report.Host}:{report.Port} ({report.Security}) as {report.Username}")
        );
        var table = new Table { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumn(new TableColumn(string.Empty) { NoWrap = true });
        table.AddColumn(new TableColumn(string.Empty) { NoWrap = true });
        table.AddColumn(new TableColumn(string.Empty) { NoWrap = true, Alignment = Justify.Right });
        table.AddColumn(new TableColumn(string.Empty));
        foreach (var step in report.Steps)
        {
            table.AddRow(
                step.Ok ? new Text(" ✓", new Style(Color.Green)) : new Text(" ✗", new Style(Color.Red)),
                new Text(step.Name),
                new Text($"{step.Ms.ToString(CultureInfo.InvariantCulture)} ms"),
                new Text(step.Detail)
            );
        }

        console.Write(table);
    }
}
