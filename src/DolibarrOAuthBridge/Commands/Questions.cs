// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Commands;

/// <summary>Asks a person in a terminal, again where an answer cannot be.</summary>
internal sealed class Questions(TextReader input, TextWriter output)
{
    /// <summary>Tells something.</summary>
    public Task TellAsync(string text) => output.WriteLineAsync(text);

    /// <summary>Asks a question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="proposal">What an empty answer means; null where there must be one.</param>
    /// <param name="objection">Says what is wrong with an answer; null where nothing is.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <exception cref="UsageException">The input has ended.</exception>
    public Task<string> AskAsync(
        string question,
        string? proposal,
        Func<string, string?>? objection,
        CancellationToken cancellationToken = default
    ) => AskAsync(question, proposal, objection, input.ReadLineAsync, cancellationToken);

    /// <summary>Asks for a secret, which a terminal does not show.</summary>
    public Task<string> AskSecretAsync(string question, Func<string, string?> objection, CancellationToken cancellationToken = default) =>
        AskAsync(question, null, objection, Console.IsInputRedirected ? input.ReadLineAsync : ReadHiddenAsync, cancellationToken);

    private async Task<string> AskAsync(
        string question,
        string? proposal,
        Func<string, string?>? objection,
        Func<CancellationToken, ValueTask<string?>> read,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            await output.WriteAsync(string.IsNullOrEmpty(proposal) ? $"{question}: " : $"{question} [{proposal}]: ");
            await output.FlushAsync(cancellationToken);
            var answer = (await read(cancellationToken) ?? throw new UsageException($"The input ended at the question: {question}")).Trim();
            answer = answer.Length == 0 ? proposal ?? string.Empty : answer;
            if (objection?.Invoke(answer) is not { } wrong)
            {
                return answer;
            }

            await output.WriteLineAsync($"  {wrong}");
        }
    }

    private static ValueTask<string?> ReadHiddenAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                Console.WriteLine();
                return ValueTask.FromResult<string?>(text.ToString());
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }
    }
}
