using System.CommandLine;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>init</c>: makes the bridge's own tables and the API key. Repeatable.</summary>
internal sealed class InitCommand : IBridgeCommand
{
    public Command Define() => new("init", "Make the bridge's own tables and the API key, where they are missing.");

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context.ConfigureAwait(false))
        {
            var made = await context.Get<BridgeSchema>().EnsureAsync(cancellationToken).ConfigureAwait(false);
            var (key, isNew) = await context.Get<ApiKeyInstaller>().EnsureAsync(context.Entity, cancellationToken).ConfigureAwait(false);
            await Console.Out.WriteLineAsync(made.Count == 0
                ? "The bridge's tables are there already."
                : $"Made the tables {string.Join(", ", made.Select(table => context.Conf.DbPrefix + table))}.").ConfigureAwait(false);
            await Console.Out.WriteLineAsync(isNew
                ? $"Made the API key {ApiKeys.Constant} in {context.Conf.DbPrefix}const for entity {context.Entity}."
                : $"The API key {ApiKeys.Constant} is there already.").ConfigureAwait(false);
            await Console.Out.WriteLineAsync(context.Reveal ? key : "Show it with --reveal.").ConfigureAwait(false);
            return 0;
        }
    }
}
