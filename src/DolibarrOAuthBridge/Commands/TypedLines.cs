// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// What a person types. Reading from a terminal cannot be cancelled, so it is done in the background: Ctrl-C ends the wait at once, and a
/// line that nobody waited for any more goes to whoever asks next.
/// </summary>
internal sealed class TypedLines(TextReader input)
{
    private Task<string?>? _underWay;

    /// <summary>The process's own: two readers of one terminal would take each other's lines.</summary>
    public static TypedLines OfConsole { get; } = new(Console.In);

    /// <summary>The next line; null if the input has ended.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken = default)
    {
        var underWay = _underWay ??= InBackground(input.ReadLine);
        var line = await underWay.WaitAsync(cancellationToken);
        _ = Interlocked.CompareExchange(ref _underWay, null, underWay);
        return line;
    }

    /// <summary>The next line, which the terminal does not show; null if the input has ended.</summary>
    public Task<string?> ReadHiddenAsync(CancellationToken cancellationToken = default) =>
        Console.IsInputRedirected ? ReadAsync(cancellationToken) : InBackground(ReadKeys).WaitAsync(cancellationToken);

    private static Task<string?> InBackground(Func<string?> read) =>
        Task.Factory.StartNew(read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string? ReadKeys()
    {
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        return typed.ToString();
    }
}
