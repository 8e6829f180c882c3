// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Transfers;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>import FILE</c>: brings in a grant that <c>export</c> took out of another server.</summary>
internal sealed class ImportCommand : IBridgeCommand
{
    private const int LargestFile = 1_000_000;

    private readonly Argument<string> _file = new("FILE") { Description = "The file that export wrote." };
    private readonly Option<string?> _entry = new("--entry")
    {
        Description = "The entry that is to have the grant, if it is called otherwise here.",
        HelpName = "ENTRY",
    };
    private readonly Option<bool> _replace = new("--replace") { Description = "Put it in the place of a token that is there." };
    private readonly Passphrase _passphrase = new();

    public Command Define()
    {
        var command = new Command("import", "Bring in a grant that was exported from another server.") { _file, _entry, _replace };
        _passphrase.AddTo(command);
        return command;
    }

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var sealedText = await ReadAsync(result.GetRequiredValue(_file), cancellationToken);
        var passphrase = await _passphrase.ReadAsync(result, isNew: false, cancellationToken);
        var context = open();
        await using (context)
        {
            var report = await context
                .Get<GrantImporter>()
                .ImportAsync(sealedText, passphrase, result.GetValue(_entry), context.Entity, result.GetValue(_replace), cancellationToken);
            if (context.Json)
            {
                await Output.WriteJsonAsync(report, CommandJson.Default.TransferReport);
                return 0;
            }

            var account = report.Account is { } who ? $", given by {who}" : string.Empty;
            await Console.Out.WriteLineAsync(
                $"{report.Entry} has the grant of {report.Source}{account}. " + "From now on it is renewed here. Delete the file."
            );
            return 0;
        }
    }

    private static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(path).Length <= LargestFile
                ? await File.ReadAllTextAsync(path, cancellationToken)
                : throw new UsageException($"{path} is too large to be an exported grant.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {exception.Message}");
        }
    }
}
