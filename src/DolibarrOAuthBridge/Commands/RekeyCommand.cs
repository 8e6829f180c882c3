// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Keys;
using DolibarrOAuthBridge.Rekeying;

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// <c>rekey --new-conf PATH</c>: re-encrypts an instance's values for the key of another conf.php. A dry run comes first; a person
/// at a terminal is then asked, a script is not.
/// </summary>
internal sealed class RekeyCommand : IBridgeCommand
{
    private readonly Option<string> _newConf = new("--new-conf")
    {
        Description = "The conf.php with the new key, which is to take the place of the present one.",
        HelpName = "PATH",
        Required = true,
    };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would change and write nothing." };
    private readonly Option<string?> _release = new("--release")
    {
        Description =
            "The release of Dolibarr that is to read the values, such as 24: from 24 on, a key with commas is a list of keys. "
            + "Default: the installed one.",
        HelpName = "N",
    };
    private readonly Option<bool> _weak = new("--weak") { Description = "Take the new key although it is easy to guess." };
    private readonly Option<bool> _yes = new("--yes") { Description = "Do not ask." };

    public bool ActsAsDolibarr => true;

    public Command Define() =>
        new("rekey", "Re-encrypt everything that is encrypted with conf.php's key under the key of another conf.php.")
        {
            _newConf,
            _dryRun,
            _release,
            _weak,
            _yes,
        };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var path = Path.GetFullPath(result.GetRequiredValue(_newConf));
            var newConf = SidecarAccount.ReadFile(path, context.Options);
            RequireSameInstance(context.Conf, newConf);
            var rekeyer = context.Get<Rekeyer>();
            await rekeyer.RequireUnlockedAsync(cancellationToken);
            var installed = await context.Get<EntryTable>().FindReleaseAsync(cancellationToken); // the present keys follow it from here on
            newConf.Keys.FollowRelease(result.GetValue(_release) ?? installed);
            RequireStrong(newConf, result.GetValue(_weak) || HasSameKey(context.Conf, newConf)); // the same one is chosen by nobody now
            var keys = new KeyChange(context.Conf.Keys, newConf.Keys);
            if (keys.IsNone)
            {
                throw new UsageException($"{context.Conf.Path} and {path} have the same key: there is nothing to change.");
            }

            var report = await rekeyer.TryAsync(keys, cancellationToken);
            if (!result.GetValue(_dryRun))
            {
                report.RequireNoObstacle();
                var isSure = result.GetValue(_yes) || context.Json || Console.IsInputRedirected;
                if (report.Total > 0 && (isSure || await ConfirmAsync(report, context.Conf.Path, cancellationToken)))
                {
                    report = await rekeyer.ApplyAsync(keys, cancellationToken);
                }
            }

            await (
                context.Json
                    ? Output.WriteJsonAsync(report, CommandJson.Default.RekeyReport)
                    : WriteAsync(report, context.Conf.Path, path, context.Selector)
            );
            return report.Obstacles.Count > 0 ? 1 : 0;
        }
    }

    private static bool HasSameKey(DolibarrConf present, DolibarrConf newer) =>
        present.Keys.WholeKey is { } old && newer.Keys.WholeKey is { } same && old.Span.SequenceEqual(same.Span);

    private static void RequireStrong(DolibarrConf conf, bool isWeakWanted)
    {
        if (!isWeakWanted && conf.Keys.WriteKey is { } key && WeakKey.Reason(key.Span) is { } reason)
        {
            throw new UsageException(
                $"The key in {conf.Path} is weak: {reason}. Take 32 random characters (openssl rand -hex 16), or insist with --weak."
            );
        }
    }

    private static void RequireSameInstance(DolibarrConf old, DolibarrConf @new)
    {
        if ((old.DbHost, old.DbPort, old.DbName, old.DbPrefix) != (@new.DbHost, @new.DbPort, @new.DbName, @new.DbPrefix))
        {
            throw new UsageException(
                $"{@new.Path} is of another database ({Place(@new)}) than {old.Path} ({Place(old)}). "
                    + "Copy the present conf.php and change nothing but the key."
            );
        }

        if (@new.Keys.WriteKey is null)
        {
            throw new UsageException($"{@new.Path} has no key. Set $dolibarr_main_instance_unique_id there.");
        }
    }

    private static async Task<bool> ConfirmAsync(RekeyReport report, string oldPath, CancellationToken cancellationToken)
    {
        await WriteFindingsAsync(report);
        await Console.Out.WriteAsync(
            $"Is there a backup of the database and of {oldPath}, and are the sidecar and Dolibarr stopped? "
                + $"Change {Count(report)} now? [y/N] "
        );
        var answer = await TypedLines.OfConsole.ReadAsync(cancellationToken);
        return answer?.Trim() is "y" or "Y" or "yes";
    }

    private static async Task WriteAsync(RekeyReport report, string oldPath, string newPath, string selector)
    {
        await WriteFindingsAsync(report);
        await SayAsync(
            report.Obstacles.Count > 0 ? "Nothing was written, and nothing would be: what is said above stands in the way."
            : report.Total == 0 ? "There is nothing to change."
            : report.Applied
                ? $"""
                {Count(report)} {(
                    report.Total == 1 ? "was" : "were"
                )} changed, read back and committed. Dolibarr cannot read them until its conf.php has the new key:
                  cp {CommandText.Quote(newPath)} {CommandText.Quote(oldPath)}
                """
            : $"""
            Nothing was written. To change {Count(report)} in one transaction:
              1. Make a backup of the database and of {oldPath}.
              2. Stop the sidecar, and what runs Dolibarr (web server or PHP-FPM, cron).
              3. Run: dolibarr-oauth-bridge rekey {selector} --new-conf {CommandText.Quote(newPath)}
              4. Run: cp {CommandText.Quote(newPath)} {CommandText.Quote(oldPath)}
              5. Start everything again, and run: dolibarr-oauth-bridge doctor {selector}
            """
        );
    }

    private static string Count(RekeyReport report) => $"{report.Total} {(report.Total == 1 ? "value" : "values")}";

    private static async Task WriteFindingsAsync(RekeyReport report)
    {
        foreach (var obstacle in report.Obstacles)
        {
            await SayAsync($"Refused: {obstacle}");
        }

        foreach (var warning in report.Warnings)
        {
            await SayAsync($"Warning: {warning}");
        }

        foreach (var (place, count) in report.Changed)
        {
            await SayAsync($"{place}: {count} {(count == 1 ? "value" : "values")}");
        }

        if (report.AlreadyNew > 0)
        {
            await SayAsync($"{report.AlreadyNew} {(report.AlreadyNew == 1 ? "value has" : "values have")} the new key already.");
        }

        if (report.LeftAlone.Count > 0)
        {
            await SayAsync("These cannot be decrypted with either key, or are too short to tell, and are left unchanged:");
            foreach (var place in report.LeftAlone)
            {
                await SayAsync($"  {place}");
            }
        }
    }

    private static Task SayAsync(string text) => Console.Out.WriteLineAsync(text);

    private static string Place(DolibarrConf conf) => $"{conf.DbName} on {conf.DbHost}, tables {conf.DbPrefix}…";
}
