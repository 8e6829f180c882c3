// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>One run of the server, from start to end.</summary>
internal sealed class MariaDbProcess : IDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _log;

    private MariaDbProcess(Process process, string log)
    {
        _process = process;
        _log = log;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the server.</summary>
    /// <param name="installation">The programs.</param>
    /// <param name="arguments">The server's arguments.</param>
    /// <param name="log">The file where it logs its errors.</param>
    public static MariaDbProcess Start(MariaDbInstallation installation, IEnumerable<string> arguments, string log)
    {
        var (program, line) = installation.Account.CommandLine(installation.Server, arguments);
        var process = Command.Start(program, line);

        // Whatever is not logged to the file is not wanted, but a full pipe would stop the server.
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new MariaDbProcess(process, log);
    }

    /// <summary>The end of the log, for messages.</summary>
    public string LogTail() => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(15)) : "(no log)";

    /// <summary>Asks the server to stop and waits until it is gone.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Signal(Signals.Continue);
        Signal(Signals.Terminate);
        if (!await WaitForExitAsync(StopDeadline, cancellationToken))
        {
            throw new InvalidOperationException($"MariaDB did not stop within {StopDeadline.TotalSeconds:0} s:\n{LogTail()}");
        }
    }

    /// <summary>Kills the server and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Freezes the server and waits until it is frozen.</summary>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        Signal(Signals.Stop);
        if (!await Poll.UntilAsync(() => State() == 'T', StopDeadline, cancellationToken))
        {
            throw new InvalidOperationException("MariaDB did not freeze.");
        }
    }

    /// <summary>Lets a frozen server go on.</summary>
    public void Resume() => Signal(Signals.Continue);

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited)
        {
            Signals.Send(_process.Id, signal);
        }
    }

    // "123 (mariadbd) T ...": the name may hold anything, so the state is what follows the last parenthesis.
    private char State()
    {
        var line = File.ReadAllText($"/proc/{_process.Id}/stat");
        return line[line.LastIndexOf(')') + 2];
    }

    private async Task<bool> WaitForExitAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            await _process.WaitForExitAsync(cancellationToken).WaitAsync(deadline, TimeProvider.System, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
