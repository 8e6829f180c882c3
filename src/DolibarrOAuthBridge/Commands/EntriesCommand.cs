using System.CommandLine;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Http.Contracts;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>entries</c>: the OAuth entries with the state of their tokens.</summary>
internal sealed class EntriesCommand : IBridgeCommand
{
    public Command Define() => new("entries", "List the OAuth entries with the state of their tokens.");

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context.ConfigureAwait(false))
        {
            var reports = await context.Get<EntryReporter>().ListAsync(context.Entity, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await Output.WriteJsonAsync(new EntryListJson(reports), BridgeJson.Default.EntryListJson).ConfigureAwait(false);
                return 0;
            }

            if (reports.Count == 0)
            {
                await Console.Out.WriteLineAsync($"Dolibarr has no OAuth entry for entity {context.Entity}. Add one under Setup, Modules, OAuth.").ConfigureAwait(false);
                return 0;
            }

            Write(Output.Console(), reports, context.Get<TimeProvider>().GetUtcNow());
            return 0;
        }
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<EntryReport> reports, DateTimeOffset now)
    {
        var table = Output.Table("Entry", "Provider", "Status", "Expires", "Refresh token", "Refreshed", "Scopes");
        foreach (var report in reports)
        {
            table.AddRow(
                new Text(report.Entry),
                new Text(report.Provider),
                new Text(report.Token.Status, StyleOf(report.Token.Status)),
                new Text(report.Token.Status == TokenStatus.NeverExpires ? "never" : Output.Relative(report.Token.ExpiresAt, now)),
                new Text(report.Token.HasRefreshToken ? "yes" : "no"),
                new Text(Output.Relative(report.Token.RefreshedAt, now)),
                new Text(Shorten(string.Join(' ', report.Scopes))));
        }

        console.Write(table);
        foreach (var report in reports.Where(report => report.Warnings.Count > 0))
        {
            foreach (var warning in report.Warnings)
            {
                Output.WriteLine(console, $"{report.Entry}: {warning.Message} [{warning.Code}]");
            }
        }

        foreach (var uri in reports.Select(report => report.RedirectUri).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            Output.WriteLine(console, $"Redirect URI to register at the providers: {uri}");
        }
    }

    private static Style StyleOf(string status) => new(status switch
    {
        TokenStatus.Valid or TokenStatus.NeverExpires => Color.Green,
        TokenStatus.Expiring or TokenStatus.Expired => Color.Yellow,
        TokenStatus.None => Color.Default,
        _ => Color.Red,
    });

    private static string Shorten(string text) => text.Length <= 48 ? text : text[..47] + "…";
}
