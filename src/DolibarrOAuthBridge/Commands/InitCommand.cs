// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Keys;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>init</c>: makes or upgrades the bridge's own tables and views, and makes the API key. Repeatable.</summary>
internal sealed class InitCommand : IBridgeCommand
{
    private readonly Option<bool> _sql = new("--sql")
    {
        Description =
            "Change nothing; print the SQL for a database administrator: "
            + "missing tables and columns, the views, and a database account for the sidecar alone.",
    };
    private readonly Option<bool> _noViews = new("--no-views") { Description = "Do not make the views for administrators." };

    public bool ActsAsDolibarr => true;

    public Command Define() =>
        new("init", "Make or upgrade the bridge's own tables and views, and make the API key where it is missing.") { _sql, _noViews };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            if (result.GetValue(_sql))
            {
                await PrintSqlAsync(context, cancellationToken);
                return 0;
            }

            var report = await InitAsync(context, !result.GetValue(_noViews), cancellationToken);
            await (context.Json ? Output.WriteJsonAsync(report, CommandJson.Default.InitReport) : TellAsync(report, context));
            return 0;
        }
    }

    private static async Task<InitReport> InitAsync(CommandContext context, bool views, CancellationToken cancellationToken)
    {
        var changes = await context.Get<BridgeSchema>().EnsureAsync(cancellationToken);
        var problem = views ? await context.Get<BridgeViews>().EnsureAsync(cancellationToken) : null;
        var (key, isNew) = await context.Get<ApiKeyInstaller>().EnsureAsync(context.Entity, cancellationToken);
        return new InitReport
        {
            Changes = changes,
            ViewsProblem = problem,
            ApiKeyMade = isNew,
            ApiKey = context.Reveal ? key : null,
        };
    }

    private static async Task TellAsync(InitReport report, CommandContext context)
    {
        await SayAsync(Describe(report.Changes, context.Conf.DbPrefix));
        if (report.ViewsProblem is { } problem)
        {
            await SayAsync(problem);
        }

        await SayAsync(
            report.ApiKeyMade
                ? $"Made the API key {ApiKeys.Constant} in {context.Conf.DbPrefix}const for entity {context.Entity}."
                : $"The API key {ApiKeys.Constant} is there already."
        );
        await SayAsync(report.ApiKey ?? "Show it with --reveal.");
    }

    private static string Describe(IReadOnlyList<SchemaChange> changes, string prefix)
    {
        string Names(bool isNew) =>
            string.Join(
                ", ",
                changes
                    .Where(change => change.IsNew == isNew)
                    .Select(change => isNew ? prefix + change.Table : $"{prefix}{change.Table} (schema {change.From} to {change.To})")
            );

        return string.Join(
            ' ',
            new[]
            {
                changes.Count == 0 ? "The bridge's tables are there already." : string.Empty,
                changes.Any(change => change.IsNew) ? $"Made the tables {Names(true)}." : string.Empty,
                changes.Any(change => !change.IsNew) ? $"Upgraded the tables {Names(false)}." : string.Empty,
            }.Where(sentence => sentence.Length > 0)
        );
    }

    private static async Task PrintSqlAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var tables = await context.Get<BridgeSchema>().FindScriptsAsync(cancellationToken);
        foreach (var script in tables.Concat(SqlScripts.In("views")))
        {
            await SayAsync(SqlScripts.Read(script, context.Conf.DbPrefix));
        }

        await SayAsync(await context.Get<DatabasePrivilegeScript>().SqlAsync(cancellationToken: cancellationToken));
    }

    private static Task SayAsync(string text) => Console.Out.WriteLineAsync(text);
}
