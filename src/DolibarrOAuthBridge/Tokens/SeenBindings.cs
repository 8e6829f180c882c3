// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Where secrets may be sent, as this machine has seen it: a file of keyed hashes in the state directory, so that deleting the rows of
/// <c>oauthbridge_binding</c> and restarting the sidecar makes no secret look as if it were used for the first time. What cannot be
/// written there is remembered by the process and the database only.
/// </summary>
internal sealed class SeenBindings(BridgeOptions options)
{
    private const string FileName = "bindings.seen";
    private const int HashLength = 64; // hexadecimal digits
    private const int MostLines = 20_000; // at start the older half of more is dropped: refresh tokens replaced long ago

    private readonly Lock _gate = new();

    /// <summary>What was seen: the hash of the secret, and that of the secret with a place.</summary>
    public IReadOnlyList<(string Secret, string Binding)> Read()
    {
        try
        {
            lock (_gate)
            {
                var lines = File.Exists(FilePath) ? File.ReadAllLines(FilePath) : [];
                if (lines.Length > MostLines)
                {
                    lines = lines[^(MostLines / 2)..];
                    var draft = $"{FilePath}-{Guid.NewGuid():N}";
                    using (var file = new StreamWriter(draft, PrivateFile.New))
                    {
                        file.Write(string.Concat(lines.Select(static line => line + "\n")));
                    }

                    PosixFiles.GiveToDirectoryOwner(draft);
                    File.Move(draft, FilePath, overwrite: true);
                }

                return
                [
                    .. lines
                        .Where(static line => line.Length == (2 * HashLength) + 1 && line[HashLength] == ' ')
                        .Select(static line => (line[..HashLength], line[(HashLength + 1)..])),
                ];
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // told by others who need the directory more
        }
    }

    /// <summary>Adds one.</summary>
    public void Add(string secret, string binding)
    {
        try
        {
            lock (_gate)
            {
                var isNew = !File.Exists(FilePath);
                using (var file = new FileStream(FilePath, Append))
                {
                    file.Write(System.Text.Encoding.ASCII.GetBytes($"{secret} {binding}\n"));
                }

                if (isNew)
                {
                    PosixFiles.GiveToDirectoryOwner(FilePath);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The database has it as well.
        }
    }

    private static FileStreamOptions Append =>
        new()
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };

    private string FilePath => Path.Combine(StateDirectory.Locate(options.StateDirectory), FileName);
}
