// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace DolibarrOAuthBridge.Demo.Processes;

/// <summary>
/// A private directory that does not outlive this process. A small shell waits for the end of its standard input, which
/// comes with the end of this process however that happens; it then kills every process whose command line names the
/// directory, and removes it.
/// </summary>
public sealed class ScratchDirectory : IAsyncDisposable
{
    private const string Watch = """
        trap '' INT TERM HUP QUIT
        exec >/dev/null 2>&1
        cd /
        while read -r line; do :; done
        for file in $(grep -laF -- "$1" /proc/[0-9]*/cmdline); do
            pid=${file#/proc/} pid=${pid%/cmdline}
            [ "$pid" = $$ ] || kill -KILL "$pid"
        done
        rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }
        """;

    private Process? _watch;

    private ScratchDirectory(string path, Process watch)
    {
        Path = path;
        _watch = watch;
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>Makes a directory in the temporary directory that only this user may enter.</summary>
    /// <param name="kind">What it is for; a part of its name.</param>
    public static ScratchDirectory Create(string kind)
    {
        var path = Directory.CreateTempSubdirectory($"scratch-{kind}-").FullName;
        try
        {
            // In a session of its own, so that what kills this process group does not kill it.
            var start = new ProcessStartInfo("setsid", ["sh", "-c", Watch, "scratch-directory", path]) { RedirectStandardInput = true };
            return new ScratchDirectory(path, Process.Start(start)!);
        }
        catch
        {
            Directory.Delete(path);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _watch, null) is not { } watch)
        {
            return;
        }

        using (watch)
        {
            if (Directory.Exists(Path))
            {
                Directory.Delete(Path, recursive: true);
            }

            watch.StandardInput.Close();
            await watch.WaitForExitAsync();
        }
    }
}
