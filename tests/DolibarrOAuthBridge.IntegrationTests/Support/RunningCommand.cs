// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>The real executable in a conversation: its output as it comes, and lines typed into it.</summary>
internal sealed class RunningCommand : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private RunningCommand(Process process) => _process = process;

    public string Output => Read(_output);

    public string Error => Read(_error);

    public static RunningCommand Start(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        var command = new RunningCommand(new Process { StartInfo = start });
        command._process.OutputDataReceived += (_, line) => Note(command._output, line.Data);
        command._process.ErrorDataReceived += (_, line) => Note(command._error, line.Data);
        command._process.Start();
        command._process.BeginOutputReadLine();
        command._process.BeginErrorReadLine();
        return command;
    }

    /// <summary>Waits for a line of the output that begins so, spaces aside.</summary>
    public async Task<string> LineAsync(string beginning)
    {
        string? found = null;
        await Eventually.HoldsAsync(
            () =>
                (
                    found = Output
                        .Split('\n')
                        .Select(line => line.Trim())
                        .FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal))
                )
                    is not null
                || _process.HasExited,
            $"a line that begins with {beginning}"
        );
        Assert.True(found is not null, $"The command ended without a line that begins with {beginning}: {Output}{Error}");
        return found;
    }

    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
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
        return new CommandResult(_process.ExitCode, Output, Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void Note(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
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
