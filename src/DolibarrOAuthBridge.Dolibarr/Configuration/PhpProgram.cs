// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>
/// A conf.php with the files that it includes: what its variables hold at the end, as far as that can be known without running it.
/// </summary>
/// <param name="environment">Looks up an environment variable.</param>
internal sealed class PhpProgram(Func<string, string?> environment)
{
    private const int MaxDepth = 5;
    private const int MaxFiles = 20;

    private readonly Dictionary<string, PhpAssignment> _assignments = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private PhpAssignment? _anything;
    private int _depth;

    /// <summary>Whether a file ended the whole program, by <c>exit</c>.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Reads the first file.</summary>
    /// <exception cref="DolibarrConfException">It is not PHP, a string or comment is not closed, or an include cannot be
    /// followed.</exception>
    public void Read(ReadOnlySpan<byte> php, string path)
    {
        _files.Add(Path.GetFullPath(path));
        PhpAssignments.Read(php, path, this);
    }

    /// <summary>The last assignment to a variable; null if there is none.</summary>
    public PhpAssignment? Find(string name) => _assignments.TryGetValue(name, out var assignment) ? assignment : _anything;

    /// <summary>Remembers an assignment.</summary>
    public void Assign(string name, PhpAssignment assignment) => _assignments[name] = assignment;

    /// <summary>From here on any variable may hold anything, until it is assigned anew.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="cause">What does it, as <c>includes a file whose name is computed</c>.</param>
    public void Doubt(string path, int line, string cause)
    {
        _assignments.Clear();
        _anything = new PhpAssignment(
            null,
            path,
            line,
            $"may be set by code that the bridge does not run: this line {cause}. Write its value between quotes in a statement after it."
        );
    }

    /// <summary>What an environment variable holds; null if it is not set.</summary>
    public byte[]? Environment(string name) => environment(name) is { } value ? Encoding.UTF8.GetBytes(value) : null;

    /// <summary>Follows an <c>include</c> or <c>require</c>.</summary>
    /// <param name="file">The file as written.</param>
    /// <param name="kind">The keyword.</param>
    /// <param name="path">The file that includes it.</param>
    /// <param name="line">The line there, from 1.</param>
    /// <exception cref="DolibarrConfException">It cannot be followed.</exception>
    public void Include(string file, string kind, string path, int line)
    {
        // PHP tries include_path and the working directory first; neither is known here, and both are rarely of use for a conf.php.
        var full = Path.GetFullPath(file, Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        if (!_files.Add(full) && kind.EndsWith("_once", StringComparison.Ordinal))
        {
            return;
        }

        if (_depth == MaxDepth || _files.Count > MaxFiles)
        {
            throw new DolibarrConfException(path, line, null, "Too many files include each other here: the bridge follows 20, 5 deep.");
        }

        if (kind.StartsWith("include", StringComparison.Ordinal) && IsCertainlyMissing(full))
        {
            return; // PHP warns and goes on
        }

        byte[] php;
        try
        {
            php = DolibarrConfReader.ReadBytes(full);
        }
        catch (DolibarrConfException exception)
        {
            throw new DolibarrConfException(
                path,
                line,
                null,
                $"The file that is included here cannot be read. {exception.Message}",
                exception
            );
        }

        _depth++;
        PhpAssignments.Read(php, full, this);
        _depth--;
    }

    // A directory that this process may not look into says nothing of its files.
    private static bool IsCertainlyMissing(string path)
    {
        try
        {
            var directory = Path.GetDirectoryName(path) ?? "/";
            return !Directory.Exists(directory) || !Directory.EnumerateFileSystemEntries(directory, Path.GetFileName(path)).Any();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
