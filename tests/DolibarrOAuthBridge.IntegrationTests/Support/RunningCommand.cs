// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>The real executable in a conversation: its output as it comes, and what is typed into it.</summary>
internal sealed class RunningCommand : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _reading;
    private int _answered; // how much of the output is of questions that were answered

    private RunningCommand(Process process)
    {
        _process = process;
        _process.Start();
        _reading = Task.WhenAll(NoteAsync(_output, _process.StandardOutput), NoteAsync(_error, _process.StandardError));
    }

    public string Output => Read(_output);

    public string Error => Read(_error);

    public static RunningCommand Start(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return new RunningCommand(new Process { StartInfo = start });
    }

    /// <summary>Waits for a line of the output that begins so, spaces aside.</summary>
    public async Task<string> LineAsync(string beginning)
    {
        string? found = null;
        await Eventually.HoldsAsync(
            () =>
                (
                    found = Output
                        .Split('\n')[..^1] // the last one has not ended
                        .Select(line => line.Trim())
                        .FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal))
                )
                    is not null
                || _reading.IsCompleted,
            $"a line that begins with {beginning}"
        );
        Assert.True(found is not null, $"The command ended without a line that begins with {beginning}: {Output}{Error}");
        return found;
    }

    /// <summary>Waits for a question that follows the last one, and answers it.</summary>
    public async Task AnswerAsync(string question, string answer)
    {
        await AskedAsync(question);
        await TypeAsync(answer);
    }

    /// <summary>Waits for a question that follows the last one.</summary>
    public async Task AskedAsync(string question)
    {
        var end = -1;
        await Eventually.HoldsAsync(
            () => (end = Output.IndexOf(question, _answered, StringComparison.Ordinal)) >= 0 || _reading.IsCompleted,
            $"{question} in {Output}{Error}"
        );
        Assert.True(end >= 0, $"The command ended without {question}: {Output}{Error}");
        _answered = end + question.Length;
    }

    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Ctrl-C at a terminal of its own.</summary>
    public async Task TypeControlCAsync()
    {
        await _process.StandardInput.WriteAsync('\u0003');
        await _process.StandardInput.FlushAsync();
    }

    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Ctrl-C.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<CommandResult> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        await _reading.WaitAsync(Eventually.Limit);
        return new CommandResult(_process.ExitCode, Output, Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task NoteAsync(StringBuilder text, StreamReader stream)
    {
        var buffer = new char[4096];
        while (await stream.ReadAsync(buffer) is var length and > 0)
        {
            lock (text)
            {
                text.Append(buffer, 0, length);
            }
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
