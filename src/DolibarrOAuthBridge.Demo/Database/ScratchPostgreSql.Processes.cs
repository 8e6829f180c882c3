// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using System.Globalization;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Database;

/// <content>Signals to all processes of the server.</content>
public sealed partial class ScratchPostgreSql
{
    /// <inheritdoc />
    public Task KillAsync(CancellationToken cancellationToken = default)
    {
        Forget();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task PauseAsync(CancellationToken cancellationToken = default)
    {
        SignalAll(Signals.Stop);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task ResumeAsync()
    {
        SignalAll(Signals.Continue);
        return Task.CompletedTask;
    }

    // The server is one process for each connection, and a few more: all children of the first one.
    private IEnumerable<int> Processes()
    {
        if (_process is not { HasExited: false } process)
        {
            return [];
        }

        var parent = process.Id.ToString(CultureInfo.InvariantCulture);
        return
        [
            process.Id,
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id => id > 0 && ParentOf(id) == parent),
        ];
    }

    // "123 (postgres) S 122 ...": the parent is the second field after the name.
    private static string? ParentOf(int id)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{id}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ')[1];
        }
        catch (IOException)
        {
            return null; // it ended meanwhile
        }
    }

    private void SignalAll(int signal)
    {
        foreach (var id in Processes())
        {
            try
            {
                Signals.Send(id, signal);
            }
            catch (Win32Exception)
            {
                // It ended meanwhile.
            }
        }
    }
}
