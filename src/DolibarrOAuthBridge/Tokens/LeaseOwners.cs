// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// The names of those who hold leases, and whether one of them is gone. A name says host, state directory, boot, process id, start
/// time and which of the process's leases it is: <c>host/state/boot/pid/start/lease</c>, at most 80 characters.
/// </summary>
internal sealed class LeaseOwners(RefreshJournal journal, TimeProvider time)
{
    private const int Parts = 6;
    private static readonly string Host = MakeHost();
    private static readonly string Boot = MakeBoot();
    private static readonly string Start = StartOf(Environment.ProcessId) ?? "0";

    // Of the whole process, as a lease's name must be.
    private static readonly ConcurrentDictionary<string, bool> Held = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, FileStream> Locks = new(StringComparer.Ordinal);

    /// <summary>A name for a new lease. It counts as held until <see cref="End"/>.</summary>
    /// <exception cref="BridgeException">The state directory cannot be used.</exception>
    public string Begin()
    {
        var (directory, state) = journal.Place();
        KeepLocked(directory);
        var name = string.Join(
            '/',
            Host,
            state,
            Boot,
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            Start,
            Guid.NewGuid().ToString("N")[..8]
        );
        Held[name] = true;
        return name;
    }

    /// <summary>Says that nothing is done under a lease of this process any more.</summary>
    public static void End(string owner) => Held.TryRemove(owner, out _);

    /// <summary>
    /// Whether the owner of a lease is known to be gone: its process has ended, or it is this process and the lease is over. False for
    /// owners with another state directory, on this machine or another one: what they left is in a journal that is not seen from here.
    /// </summary>
    public bool IsGone(string owner)
    {
        var parts = owner.Split('/');
        var (directory, state) = journal.Place();
        if (
            parts.Length != Parts
            || parts[1] != state
            || !int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
        )
        {
            return false;
        }

        if (parts[2] == Boot)
        {
            return processId == Environment.ProcessId && parts[4] == Start
                ? !Held.ContainsKey(owner)
                : !PosixFiles.ProcessExists(processId) || (StartOf(processId) is { } start && start != parts[4]);
        }

        // Another boot of this machine, or another container: its lock on a file in the same state directory tells.
        return parts[0] == Host && !IsLocked(Path.Combine(directory, LockName(parts[2], parts[3], parts[4])));
    }

    // Of two who come first at once only one may open the file: .NET locks it against this very process too.
    private void KeepLocked(string directory)
    {
        try
        {
            lock (Locks)
            {
                if (!Locks.ContainsKey(directory))
                {
                    Locks[directory] = LockFile(directory);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RefreshJournal.Unusable(directory, exception);
        }
    }

    private FileStream LockFile(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "*.owner"))
        {
            var isOld = File.GetLastWriteTimeUtc(path) < time.GetUtcNow().AddMinutes(-1); // a new one may not be locked yet
            if (isOld && PosixFiles.IsRegular(path) && !IsLocked(path))
            {
                File.Delete(path);
            }
        }

        var name = LockName(Boot, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), Start);
        var file = new FileStream(Path.Combine(directory, name), PrivateFile.Of(FileMode.OpenOrCreate, FileAccess.ReadWrite));
        PosixFiles.GiveToDirectoryOwner(file.Name);
        return file;
    }

    private static string LockName(string boot, string processId, string start) => $"{boot}-{processId}-{start}.owner";

    private static bool IsLocked(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static string MakeHost()
    {
        var host = Environment.MachineName.Replace('/', '-');
        return host.Length > 16 ? host[..16] : host;
    }

    // Process ids mean something only within one boot and one PID namespace.
    private static string MakeBoot()
    {
        var boot = Try(static () => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());
        var space = Try(static () => new FileInfo("/proc/self/ns/pid").LinkTarget ?? string.Empty);
        return boot.Length == 0
            ? Guid.NewGuid().ToString("N")[..8]
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{boot}\n{space}")))[..8];
    }

    // Clock ticks since boot (proc(5), field 22); null where it cannot be read.
    private static string? StartOf(int processId)
    {
        var stat = Try(() => File.ReadAllText($"/proc/{processId}/stat"));
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 ? fields[19] : null;
    }

    private static string Try(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
