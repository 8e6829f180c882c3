// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Transfers;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>export ENTRY FILE</c>: takes a grant out for another server, sealed; it is not renewed here any more.</summary>
internal sealed class ExportCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };
    private readonly Argument<string> _file = new("FILE") { Description = "The file to write. It must not exist." };
    private readonly Passphrase _passphrase = new();

    public Command Define()
    {
        var command = new Command("export", "Take a grant out for another server. Nothing renews it here any more.") { _entry, _file };
        _passphrase.AddTo(command);
        return command;
    }

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(result.GetRequiredValue(_file));
        var passphrase = await _passphrase.ReadAsync(result, isNew: true, cancellationToken);
        var context = open();
        await using (context)
        {
            var report = await context
                .Get<GrantExporter>()
                .ExportAsync(
                    result.GetRequiredValue(_entry),
                    context.Entity,
                    passphrase,
                    text => WriteAsync(path, text),
                    cancellationToken
                );
            if (context.Json)
            {
                await Output.WriteJsonAsync(report, CommandJson.Default.TransferReport);
                return 0;
            }

            await Console.Out.WriteLineAsync(
                $"{report.Entry} was written to {path} (export {report.Id}). "
                    + "It is not renewed here any more; its access token works until it ends. "
                    + $"On the other server, run: dolibarr-oauth-bridge import {Path.GetFileName(path)}. Then delete the file."
            );
            return 0;
        }
    }

    private static async Task WriteAsync(string path, string text)
    {
        var isMine = false;
        try
        {
            var stream = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
            isMine = true;
            await using (stream)
            {
                await using var writer = new StreamWriter(stream, leaveOpen: true);
                await writer.WriteLineAsync(text);
                await writer.FlushAsync();
                stream.Flush(flushToDisk: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (isMine)
            {
                File.Delete(path);
            }

            throw new UsageException($"{path} cannot be written, and nothing was exported: {exception.Message}");
        }
    }
}
