// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Sidecar;

/// <summary>A running sidecar.</summary>
public sealed partial class SidecarServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SidecarServer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"The sidecar ended: {Log}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public Uri BaseAddress =>
        _listening.Task.IsCompletedSuccessfully
            ? _listening.Task.Result
            : throw new InvalidOperationException("The sidecar does not listen.");

    /// <summary>Everything it wrote so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Its memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Ends it by SIGKILL.</summary>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Asks it to end (SIGTERM) and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            if (!_process.HasExited)
            {
                await Command.RunAsync("kill", ["-TERM", $"{_process.Id}"], CancellationToken.None);
                await _process.WaitForExitAsync();
            }
        }
    }

    internal static async Task<SidecarServer> WaitForAsync(Process process, CancellationToken cancellationToken)
    {
        var server = new SidecarServer(process);
        await server._listening.Task.WaitAsync(cancellationToken);
        return server;
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.AppendLine(line);
        }

        if (ListeningLine().Match(line) is { Success: true } match)
        {
            _listening.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    [GeneratedRegex("^Listening on (http://\\S+) ")]
    private static partial Regex ListeningLine();
}
