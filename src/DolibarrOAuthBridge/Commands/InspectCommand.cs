using System.CommandLine;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Inspection;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>inspect [ROWID|SERVICE]</c>: what is in the rows of the token table, decoded.</summary>
internal sealed class InspectCommand : IBridgeCommand
{
    private readonly Argument<string?> _filter = new("ROWID|SERVICE") { Description = "One row, or the rows of one service. All if left out.", Arity = ArgumentArity.ZeroOrOne };

    public Command Define() => new("inspect", "Show what is in the rows of the token table, decoded and redacted.") { _filter };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context.ConfigureAwait(false))
        {
            var filter = result.GetValue(_filter);
            var rows = await context.Get<RowInspector>().InspectAsync(filter, context.Reveal, cancellationToken).ConfigureAwait(false);
            if (rows.Count == 0 && filter is not null)
            {
                throw new BridgeException(ProblemCode.TokenNotFound, $"No row of the token table is {filter}.");
            }

            if (context.Json)
            {
                await Output.WriteJsonAsync(rows, BridgeJson.Default.IReadOnlyListInspectedRow).ConfigureAwait(false);
                return 0;
            }

            Write(Output.Console(), rows, context.Get<TimeProvider>().GetUtcNow());
            return 0;
        }
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<InspectedRow> rows, DateTimeOffset now)
    {
        var table = Output.Table("Row", "Service", "Entity", "Entry", "Storage", "Expires", "Token");
        foreach (var row in rows)
        {
            table.AddRow(
                new Text(row.Rowid.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                new Text(row.Service ?? "-"),
                new Text(row.Entity.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                new Text(row.Entry ?? "another owner's", row.Entry is null ? new Style(Color.Grey) : Style.Plain),
                new Text(row.Storage),
                new Text(row.NeverExpires ? "never" : Output.Relative(row.ExpiresAt, now)),
                new Text(Describe(row), row.Problem is null ? Style.Plain : new Style(Color.Red)));
        }

        console.Write(table);
    }

    private static string Describe(InspectedRow row) =>
        row.Problem ?? (row.AccessToken is null && row.RefreshToken is null ? "-"
            : $"access {row.AccessToken ?? "none"}, refresh {row.RefreshToken ?? "none"}{(row.Scope is null ? string.Empty : $", scope {row.Scope}")}{(row.Parameters.Count == 0 ? string.Empty : $", parameters {string.Join(' ', row.Parameters)}")}");
}
