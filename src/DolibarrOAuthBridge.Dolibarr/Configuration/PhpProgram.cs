// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>
/// A conf.php with the files that it includes: what its variables hold at the end, as far as that can be known without running it.
/// </summary>
/// <param name="environment">Looks up an environment variable.</param>
/// <param name="isOneOfSeveral">Whether this process reads the files of other Dolibarrs too, of which this one must get nothing.</param>
internal sealed class PhpProgram(Func<string, string?> environment, bool isOneOfSeveral = false)
{
    private const int MaxDepth = 5;
    private const int MaxFiles = 20;

    private const string UserUnknown =
        " Its user cannot be told here: a service with PrivateUsers=yes, as the package's is, does not see it.";

    private readonly Dictionary<string, PhpAssignment> _assignments = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private PhpAssignment? _anything;
    private ConfFile? _foreign; // the first file that others than the operator can write
    private int _depth;
    private int _includes;

    /// <summary>Whether a file ended the whole program, by <c>exit</c>.</summary>
    public bool HasEnded { get; set; }

    /// <summary>The path of the file that is being read, without links.</summary>
    public string File { get; private set; } = "/";

    /// <summary>The directory of <see cref="File"/>.</summary>
    public string Directory => Path.GetDirectoryName(File) ?? "/";

    /// <summary>Whether only root and this process's user can have written what was read.</summary>
    public bool IsOfOperator { get; private set; }

    /// <summary>Whether no environment variable is told: they are common to all Dolibarrs of this process.</summary>
    public bool IsWithoutEnvironment => isOneOfSeveral && _foreign is not null;

    /// <summary>Reads the first file.</summary>
    /// <exception cref="DolibarrConfException">It is not PHP, a string or comment is not closed, or an include or a link cannot be
    /// followed.</exception>
    public void Read(ConfFile file, string path)
    {
        RequireNoForeignLink(file, Path.GetFullPath(path), path, null);
        IsOfOperator = true;
        Note(file);
        Read(file.Content, path, file.RealPath);
    }

    /// <summary>Reads the content of the first file, of which nothing else is known.</summary>
    /// <exception cref="DolibarrConfException">As for <see cref="Read(ConfFile, string)"/>.</exception>
    public void Read(ReadOnlySpan<byte> php, string path) => Read(php, path, Path.GetFullPath(path));

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
    public byte[]? Environment(string name) =>
        !IsWithoutEnvironment && environment(name) is { } value ? Encoding.UTF8.GetBytes(value) : null;

    /// <summary>Follows an <c>include</c> or <c>require</c>.</summary>
    /// <param name="file">The file as written.</param>
    /// <param name="kind">The keyword.</param>
    /// <param name="path">The file that includes it.</param>
    /// <param name="line">The line there, from 1.</param>
    /// <exception cref="DolibarrConfException">It cannot be followed.</exception>
    public void Include(string file, string kind, string path, int line)
    {
        var isOnce = kind.EndsWith("_once", StringComparison.Ordinal);
        if (file.Contains('\0', StringComparison.Ordinal))
        {
            throw new DolibarrConfException(path, line, null, "The name of the file that is included here has a zero byte.");
        }

        // PHP tries include_path and the working directory first; neither is known here, and both are rarely of use for a conf.php.
        var full = Path.GetFullPath(file, Directory);
        if (_depth == MaxDepth || ++_includes > MaxFiles)
        {
            throw new DolibarrConfException(path, line, null, "Too many files include each other here: the bridge follows 20, 5 deep.");
        }

        if (Open(full, kind, path, line) is not { } opened || (!_files.Add(opened.RealPath) && isOnce))
        {
            return;
        }

        RequireNoForeignLink(opened, full, path, line);
        RequireOwn(opened, full, path, line);
        Note(opened);
        var before = File;
        _depth++;
        Read(opened.Content, full, opened.RealPath);
        _depth--;
        File = before;
    }

    // Null where include finds nothing: PHP warns and goes on.
    private static ConfFile? Open(string full, string kind, string path, int line)
    {
        try
        {
            return ConfFile.Read(full);
        }
        catch (DolibarrConfException exception)
            when (exception.InnerException is FileNotFoundException && kind.StartsWith("include", StringComparison.Ordinal))
        {
            return null;
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
    }

    // Whoever can put a link in the place of one conf.php must not have this process read him another's.
    private void RequireNoForeignLink(ConfFile opened, string full, string path, int? line)
    {
        if (isOneOfSeveral && !opened.IsForEverybody && opened.FindForeignLink(full) is { } link)
        {
            throw new DolibarrConfException(
                path,
                line,
                null,
                $"The link {link} may lead to another Dolibarr's file: it is neither root's nor of the user who owns the file to which "
                    + $"it leads.{(opened.Owner is null ? UserUnknown : string.Empty)} Name the file itself, or let root make the link."
            );
        }
    }

    // Whoever writes one conf.php must not have this process read him another's.
    private void RequireOwn(ConfFile opened, string full, string path, int line)
    {
        if (!isOneOfSeveral || _foreign is not { } foreign || opened.IsForEverybody)
        {
            return;
        }

        if (opened.Owner is not { } owner || owner != foreign.Owner)
        {
            var unknown = opened.Owner is null || foreign.Owner is null ? UserUnknown : string.Empty;
            throw new DolibarrConfException(
                path,
                line,
                null,
                $"The file that is included here, {full}, may be another Dolibarr's: it is not of the same user as the file that includes "
                    + $"it, and not every user of this machine can read it.{unknown} Write what is needed of it into conf.php, or let root "
                    + "own conf.php and all that it includes, with nobody else to write them."
            );
        }
    }

    private void Note(ConfFile file)
    {
        if (!file.IsOfOperator)
        {
            IsOfOperator = false;
            _foreign ??= file;
        }
    }

    private void Read(ReadOnlySpan<byte> php, string path, string realPath)
    {
        _files.Add(realPath);
        File = realPath;
        PhpAssignments.Read(php, path, this);
    }
}
