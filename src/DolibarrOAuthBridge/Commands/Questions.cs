// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Commands;

/// <summary>Asks a person in a terminal, again where an answer cannot be.</summary>
internal sealed class Questions(TypedLines lines, TextWriter output)
{
    /// <summary>Tells something, in one line: settings of the database may be part of it.</summary>
    public Task TellAsync(string text) => output.WriteLineAsync(Output.Clean(text));

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
    ) => AskAsync(question, proposal, objection, lines.ReadAsync, cancellationToken);

    /// <summary>Asks for one of several words, in whatever case.</summary>
    /// <param name="question">The question.</param>
    /// <param name="choices">The words with what they mean, the one to propose first.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <exception cref="UsageException">The input has ended.</exception>
    public async Task<string> ChooseAsync(
        string question,
        IReadOnlyList<(string Word, string Meaning)> choices,
        CancellationToken cancellationToken = default
    )
    {
        await output.WriteLineAsync($"{question}:");
        foreach (var (word, meaning) in choices)
        {
            await output.WriteLineAsync($"  {word.PadRight(choices.Max(static choice => choice.Word.Length))}  {meaning}");
        }

        string? chosen = null;
        await AskAsync(
            question,
            choices[0].Word,
            answer =>
                (chosen = choices.FirstOrDefault(choice => choice.Word.Equals(answer, StringComparison.OrdinalIgnoreCase)).Word) is null
                    ? "Choose one of these words."
                    : null,
            cancellationToken
        );
        return chosen!;
    }

    /// <summary>Asks for a secret, which a terminal does not show.</summary>
    public async Task<string> AskSecretAsync(
        string question,
        Func<string, string?> objection,
        CancellationToken cancellationToken = default
    )
    {
        return await AskAsync(question, null, objection, ReadAsync, cancellationToken);

        async Task<string?> ReadAsync(CancellationToken cancellation)
        {
            var secret = await lines.ReadHiddenAsync(cancellation);
            await output.WriteLineAsync(); // Enter is not shown either
            return secret;
        }
    }

    private async Task<string> AskAsync(
        string question,
        string? proposal,
        Func<string, string?>? objection,
        Func<CancellationToken, Task<string?>> read,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            await output.WriteAsync(Output.Clean(string.IsNullOrEmpty(proposal) ? $"{question}: " : $"{question} [{proposal}]: "));
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
}
