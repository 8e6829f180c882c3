// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Transfers;

namespace DolibarrOAuthBridge.Commands;

/// <summary>The passphrase of an export: the first line of a file or of the standard input, else asked for at the terminal.</summary>
internal sealed class Passphrase
{
    private readonly Option<string?> _file = new("--passphrase-file")
    {
        Description = "A file whose first line is the passphrase; - for the standard input. Without it the terminal asks.",
        HelpName = "PATH",
    };

    public void AddTo(Command command) => command.Options.Add(_file);

    /// <summary>Reads it.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="isNew">Whether it is chosen now, so that a terminal asks twice.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UsageException">There is none, or it is too short.</exception>
    public async Task<string> ReadAsync(ParseResult result, bool isNew, CancellationToken cancellationToken)
    {
        var text = result.GetValue(_file) switch
        {
            "-" => await TypedLines.OfConsole.ReadAsync(cancellationToken),
            { } path => await ReadFileAsync(path, cancellationToken),
            null when Console.IsInputRedirected => throw new UsageException(
                "Give the passphrase by --passphrase-file PATH, or - for stdin."
            ),
            null => await AskAsync(isNew, cancellationToken),
        };
        return text is { Length: >= PassphraseSeal.LeastLength }
            ? text
            : throw new UsageException($"The passphrase must have {PassphraseSeal.LeastLength} characters or more.");
    }

    private static async Task<string?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new StreamReader(path);
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The passphrase file cannot be read: {exception.Message}");
        }
    }

    private static async Task<string?> AskAsync(bool isNew, CancellationToken cancellationToken)
    {
        var first = await AskAsync("Passphrase: ", cancellationToken);
        return !isNew || await AskAsync("The same again: ", cancellationToken) == first
            ? first
            : throw new UsageException("The two passphrases differ.");
    }

    private static async Task<string?> AskAsync(string prompt, CancellationToken cancellationToken)
    {
        await Console.Error.WriteAsync(prompt);
        var typed = await TypedLines.OfConsole.ReadHiddenAsync(cancellationToken);
        await Console.Error.WriteLineAsync();
        return typed;
    }
}
