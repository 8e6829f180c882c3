// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using DolibarrOAuthBridge.Providers;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary>How commands write: JSON for scripts, aligned tables for people.</summary>
internal static class Output
{
    private const int WidthOfNoTerminal = 150;
    private const int LeastWidth = 80; // below, Spectre.Console breaks words or draws nothing; a terminal may also say 0

    public static Task WriteJsonAsync<T>(T value, JsonTypeInfo<T> type)
    {
        var options = new System.Text.Json.JsonSerializerOptions(type.Options) { WriteIndented = true };
        return System.Console.Out.WriteLineAsync(
            System.Text.Json.JsonSerializer.Serialize(value, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))
        );
    }

    /// <summary>
    /// The terminal: coloured and as wide as it is; without colour where NO_COLOR is set; plain text where the output goes
    /// elsewhere.
    /// </summary>
    public static IAnsiConsole Console()
    {
        var plain = System.Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") is "dumb";
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
                ColorSystem =
                    plain || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
                        ? ColorSystemSupport.NoColors
                        : ColorSystemSupport.Detect,
                Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false }, // build servers are no terminals
            }
        );
        console.Profile.Width = plain ? WidthOfNoTerminal : Math.Max(console.Profile.Width, LeastWidth);
        return console;
    }

    /// <summary>Writes a line as it is, however long: the terminal wraps it, a script gets it whole.</summary>
    public static void WriteLine(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(Clean(text));

    /// <summary>A cell of a table, or a line.</summary>
    public static Text Cell(string? text, Color? color = null) => new(Clean(text ?? "-"), new Style(color));

    /// <summary>Text without what is not seen: a name in the database, or a provider's message, must not command the terminal.</summary>
    public static string Clean(string text) => ForeignText.Visible(text, "\uFFFD");

    public static Table Table(params string[] headers)
    {
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn($"[bold]{header}[/]")); // wraps where the terminal is narrow
        }

        return table;
    }

    /// <summary>A time as people say it, and as it is: "in 42 min (2026-11-24 15:30:00 UTC)".</summary>
    public static string RelativeAndExact(DateTimeOffset? time, DateTimeOffset now) =>
        time is { } known
            ? string.Create(CultureInfo.InvariantCulture, $"{Relative(known, now)} ({known.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC)")
            : "-";

    /// <summary>A time as people say it: "in 42 min", "3 d ago".</summary>
    public static string Relative(DateTimeOffset? time, DateTimeOffset now)
    {
        if (time is not { } known)
        {
            return "-";
        }

        var distance = (known - now).Duration();
        var amount = distance switch
        {
            { TotalMinutes: < 1 } => $"{distance.TotalSeconds:0} s",
            { TotalHours: < 2 } => $"{Math.Floor(distance.TotalMinutes):0} min",
            { TotalDays: < 2 } => $"{Math.Floor(distance.TotalHours):0} h",
            { TotalDays: < 3650 } => $"{Math.Floor(distance.TotalDays):0} d",
            _ => known.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
        return distance.TotalDays >= 3650 ? amount
            : known >= now ? $"in {amount}"
            : $"{amount} ago";
    }
}
