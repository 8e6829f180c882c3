// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Journal;

/// <summary>
/// Where a refresh is kept safe between the provider's answer and the database's commit: one encrypted file per refresh in the state
/// directory. A file's name begins with a hash of instance, service and entity. While a file of a grant is there, nobody may spend
/// the grant's refresh token: either it is being spent now, or the answer that replaces it waits in the file.
/// </summary>
internal sealed partial class RefreshJournal(BridgeOptions options, DolibarrConf conf, TimeProvider time, ILogger<RefreshJournal> logger)
{
    private const string Ending = ".refresh";
    private const int TagLength = 16;
    private static readonly TimeSpan DraftsLast = TimeSpan.FromMinutes(1);

    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private string? _directory;

    /// <summary>The instance that records are made for.</summary>
    public string Instance { get; } = $"{conf.DbHost}:{conf.DbPort}{NameOf(conf)}";

    /// <summary>Reserves space for a refresh and notes that it begins.</summary>
    /// <exception cref="BridgeException">The journal cannot be written, so no refresh token may be spent.</exception>
    public JournalFile Begin(JournalRecord intent)
    {
        try
        {
            try
            {
                return Create(intent);
            }
            catch (DirectoryNotFoundException)
            {
                _directory = null; // somebody removed it while the sidecar was running: make it again
                return Create(intent);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(StateDirectory.Locate(options.StateDirectory), exception);
        }
    }

    /// <summary>Does once what a refresh will do, so that the first refresh does not wait for code to be compiled.</summary>
    public void Rehearse()
    {
        try
        {
            using var file = Begin(
                new JournalRecord
                {
                    Instance = Instance,
                    Service = string.Empty,
                    Entity = 0,
                    Owner = string.Empty,
                    RowId = 0,
                    OldValueHash = string.Empty,
                }
            );
            file.WriteAnswer(file.ReadIntent()!);
            file.ReadAnswer();
            file.Remove();
        }
        catch (Exception exception) when (exception is BridgeException or IOException or UnauthorizedAccessException)
        {
            Log.Unusable(logger, exception.Message);
        }
    }

    /// <summary>Why the journal cannot be used, in a sentence that says what to do; null if it can.</summary>
    public string? FindProblem()
    {
        try
        {
            var directory = StateDirectory.Prepare(options.StateDirectory);
            var unreadable = Paths(directory).FirstOrDefault(path => !TryPeek(path, out _));
            return unreadable is null ? null : Unreadable(unreadable);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return StateDirectory.Explain(StateDirectory.Locate(options.StateDirectory), exception)
                + " Nothing is refreshed meanwhile; tokens that are valid are still handed out.";
        }
    }

    /// <summary>Whether a refresh of this instance is in the journal.</summary>
    public bool HasUnfinished() => Paths(Directory()).Any(path => IsOfThisInstance(path));

    /// <summary>The grants of this instance that have a file in the journal: service and entity.</summary>
    /// <exception cref="IOException">The state directory cannot be read.</exception>
    public IReadOnlyList<(string Service, int Entity)> Grants()
    {
        var directory = Directory();
        SweepDrafts(directory);
        var grants = new HashSet<(string, int)>();
        foreach (var path in Paths(directory))
        {
            if (TryPeek(path, out var record) && record is not null && MayBeOurs(record))
            {
                grants.Add((record.Service, record.Entity));
            }
        }

        return [.. grants];
    }

    /// <summary>The files that may be about a grant, oldest first; unreadable ones too where their name says so.</summary>
    /// <exception cref="IOException">The state directory cannot be read.</exception>
    public IReadOnlyList<string> FilesOf(string service, int entity)
    {
        var tag = Tag(Instance, service, entity);
        return
        [
            .. Paths(Directory())
                .Where(path =>
                    Path.GetFileName(path).StartsWith(tag, StringComparison.Ordinal)
                    || (
                        TryPeek(path, out var record)
                        && record is not null
                        && MayBeOurs(record)
                        && (record.Service, record.Entity) == (service, entity)
                    )
                )
                .OrderBy(File.GetLastWriteTimeUtc),
        ];
    }

    /// <summary>
    /// Whether a record was made when conf.php named another database server, such as another node of a cluster. It is of this Dolibarr
    /// only if the database knows its owner.
    /// </summary>
    public bool IsFromAnotherServer(JournalRecord record) => record.Instance != Instance;

    /// <summary>Opens a file that its process left behind; null while that process lives, or if it was removed meanwhile.</summary>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public JournalFile? TryOpenAbandoned(string path) => JournalFile.TryOpenAbandoned(path, Seals());

    /// <summary>
    /// The state directory and a name for it that is the same for all who use it and after a restart: part of its key's hash.
    /// </summary>
    /// <exception cref="BridgeException">It cannot be used.</exception>
    public (string Directory, string Name) Place()
    {
        try
        {
            if (_directory is not null && !System.IO.Directory.Exists(_directory))
            {
                _directory = null;
            }

            return (Directory(), Convert.ToHexStringLower(SHA256.HashData(JournalKey.ReadOrMake(Directory())))[..8]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(StateDirectory.Locate(options.StateDirectory), exception);
        }
    }

    /// <summary>What a caller is told where the state directory cannot be written: nothing was spent.</summary>
    public static BridgeException Unusable(string directory, Exception exception) =>
        new(
            ProblemCode.StoreNotWritable,
            $"No refresh token was spent, because the refresh could not be noted. {StateDirectory.Explain(directory, exception)}",
            innerException: exception
        );

    private static string NameOf(DolibarrConf conf) => $"/{conf.DbName}/{conf.DbPrefix}";

    private bool MayBeOurs(JournalRecord record) => record.Instance.EndsWith(NameOf(conf), StringComparison.Ordinal);

    private static string Unreadable(string path)
    {
        var (owner, user) = (PosixFiles.OwnerOf(path), PosixFiles.ProcessUser());
        return $"The journal file {path} cannot be read. It may hold the only working refresh token of a grant. "
            + (
                owner == user
                    ? "It is damaged, or the key that it was sealed with is lost: remove it once the grant works again."
                    : $"It belongs to {owner}, and this process runs as {user}. If that is the sidecar's user: chown {user}: {path}"
            );
    }

    private JournalFile Create(JournalRecord intent)
    {
        var name = $"{Tag(intent.Instance, intent.Service, intent.Entity)}-{Guid.NewGuid():N}{Ending}";
        return JournalFile.Create(Path.Combine(Directory(), name), intent, Seals());
    }

    private static string Tag(string instance, string service, int entity) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{instance}\n{service}\n{entity}")))[..TagLength];

    private string Directory() => _directory ??= StateDirectory.Prepare(options.StateDirectory);

    // A pipe would block whoever opens it, and a link may lead anywhere.
    private static IEnumerable<string> Paths(string directory) =>
        System.IO.Directory.Exists(directory)
            ? System.IO.Directory.EnumerateFiles(directory, "*" + Ending).Where(PosixFiles.IsRegular)
            : [];

    private bool IsOfThisInstance(string path) => !TryPeek(path, out var record) || record?.Instance == Instance;

    // False where the file is there and cannot be read, which is said once.
    private bool TryPeek(string path, out JournalRecord? record)
    {
        record = null;
        try
        {
            record = JournalFile.Peek(path, Seals());
            if (record is not null || !File.Exists(path) || !Path.GetFileName(path).Contains('-', StringComparison.Ordinal))
            {
                return true; // files of release 0.1.0 that do not open belong to other instances
            }
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException)
        {
            // Said below.
        }

        lock (_reported)
        {
            if (_reported.Add(path))
            {
                Log.UnreadableFile(logger, path);
            }
        }

        return false;
    }

    // A process that died while it made a file leaves its draft: no refresh token was spent yet.
    private void SweepDrafts(string directory)
    {
        foreach (var draft in System.IO.Directory.EnumerateFiles(directory, "*" + Ending + JournalFile.Draft))
        {
            if (PosixFiles.IsRegular(draft) && time.GetUtcNow() - File.GetLastWriteTimeUtc(draft) > DraftsLast)
            {
                File.Delete(draft);
            }
        }
    }

    private JournalSeals Seals() => new(JournalKey.ReadOrMake(Directory()), FormerKey());

    // An instance without a key stores its tokens in clear.
    private byte[] FormerKey()
    {
        var secret = conf.Keys.WholeKey is { Length: > 0 } key ? key.ToArray() : Encoding.UTF8.GetBytes(conf.DbPassword);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "dolibarr-oauth-bridge journal"u8.ToArray());
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The journal cannot be used, so that nothing can be refreshed: {Reason}")]
        public static partial void Unusable(ILogger logger, string reason);

        [LoggerMessage(
            2,
            LogLevel.Error,
            "The journal file {Path} cannot be read. It may hold the only working refresh token of a grant: give it to the user that "
                + "the sidecar runs as, or remove it if it is not needed."
        )]
        public static partial void UnreadableFile(ILogger logger, string path);
    }
}
