// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Keys;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>init</c>: makes or upgrades the bridge's own tables and views, and makes the API key. Repeatable.</summary>
internal sealed class InitCommand : IBridgeCommand
{
    private readonly Option<bool> _sql = new("--sql")
    {
        Description =
            "Change nothing; print the SQL for a database administrator: "
            + "missing tables and columns, and database accounts for the sidecar alone and for monitoring.",
    };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Change nothing; say what would be done." };
    private readonly Option<bool> _views = new("--views")
    {
        Description = "Fill oauthbridge_v_status for administrators. init does so anyway.",
    };

    public bool ActsAsDolibarr => true;

    public Command Define() =>
        new("init", "Make, upgrade or repair the bridge's own tables, and make the API key where it is missing.") { _sql, _dryRun, _views };

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

            if (result.GetValue(_dryRun))
            {
                await PrintPlanAsync(context, cancellationToken);
                return 0;
            }

            var report = await InitAsync(context, cancellationToken);
            await (context.Json ? Output.WriteJsonAsync(report, CommandJson.Default.InitReport) : TellAsync(report, context));
            return report.Complete ? 0 : 1;
        }
    }

    private static async Task<InitReport> InitAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var schema = context.Get<BridgeSchema>();
        var dropped = await BridgeViews.DropAsync(context.Get<DolibarrDatabase>(), cancellationToken);
        var changes = await schema.RepairAsync(cancellationToken);
        var (key, isNew) = await context.Get<ApiKeyInstaller>().EnsureAsync(context.Entity, cancellationToken);
        await context.Get<StatusRecorder>().RecordAsync(by: null, cancellationToken);
        return new InitReport
        {
            Changes = changes,
            DroppedViews = dropped,
            ApiKeyMade = isNew,
            ApiKey = context.Reveal ? key : null,
        };
    }

    private static async Task TellAsync(InitReport report, CommandContext context)
    {
        await SayAsync(Describe(report.Changes, context.Conf.DbPrefix));
        if (report.DroppedViews.Count > 0)
        {
            await SayAsync($"Dropped the views {string.Join(", ", report.DroppedViews)}: a dump with a view loads on few servers.");
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
        static bool IsUpgrade(SchemaChange change) => !change.IsNew && change.From < change.To;

        string Names(Func<SchemaChange, bool> those) =>
            string.Join(
                ", ",
                changes
                    .Where(those)
                    .Select(change =>
                        change.IsNew ? prefix + change.Table : $"{prefix}{change.Table} (schema {change.From} to {change.To})"
                    )
            );

        return string.Join(
            ' ',
            (
                (string[])
                    [
                        changes.Count == 0 ? "The bridge's tables are there already." : string.Empty,
                        changes.Any(change => change.IsNew) ? $"Made the tables {Names(change => change.IsNew)}." : string.Empty,
                        changes.Any(IsUpgrade) ? $"Upgraded the tables {Names(IsUpgrade)}." : string.Empty,
                        .. changes
                            .Where(change => change.Repaired.Count > 0)
                            .Select(change => $"Made again in {prefix}{change.Table}: {string.Join(", ", change.Repaired)}."),
                        .. changes.SelectMany(change =>
                            change.Failed.Select(failure => $"Could not be made again in {prefix}{change.Table}: {failure}.")
                        ),
                    ]
            ).Where(sentence => sentence.Length > 0)
        );
    }

    private static async Task PrintSqlAsync(CommandContext context, CancellationToken cancellationToken)
    {
        foreach (var statement in await context.Get<BridgeSchema>().FindStatementsAsync(cancellationToken))
        {
            await SayAsync(statement);
        }

        var script = context.Get<DatabasePrivilegeScript>();
        await SayAsync(await script.SqlAsync(cancellationToken: cancellationToken));
        await SayAsync(script.MonitoringSql());
    }

    private static async Task PrintPlanAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var statements = await context.Get<BridgeSchema>().FindStatementsAsync(cancellationToken);
        var hasKey = await context.Get<ApiKeyInstaller>().IsThereAsync(context.Entity, cancellationToken);
        if (context.Json)
        {
            await Output.WriteJsonAsync(new InitPlan(statements, ApiKeyMissing: !hasKey), CommandJson.Default.InitPlan);
            return;
        }

        foreach (var statement in statements)
        {
            await SayAsync(statement);
        }

        await SayAsync(
            (statements.Count == 0 ? "The bridge's tables are as they should be." : "These statements would be run.")
                + (hasKey ? " The API key is there." : " An API key would be made.")
        );
    }

    private static Task SayAsync(string text) => Console.Out.WriteLineAsync(text);
}
