// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Journal;

/// <summary>
/// One refresh's file in the journal. It is locked for as long as its process lives, so that whoever can lock it knows
/// that its refresh was cut off. Its space is reserved beforehand: a full disk shows before the refresh token is spent.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private const string Draft = ".new";
    private const int IntentOffset = 0;
    private const int IntentCapacity = 4 * 1024;
    private const int AnswerOffset = IntentCapacity;
    private const int AnswerCapacity = 188 * 1024;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly byte[] _key;

    private JournalFile(string path, FileStream file, byte[] key)
    {
        _path = path;
        _file = file;
        _key = key;
    }

    /// <summary>Makes the file and writes what is about to be done.</summary>
    /// <exception cref="IOException">No space, no permission.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    internal static JournalFile Create(string path, JournalRecord intent, byte[] key)
    {
        // Under another name until it is whole and locked, so that nobody who looks for abandoned files takes it for one.
        var draft = path + Draft;
        var file = new FileStream(
            draft,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
        try
        {
            file.Write(new byte[AnswerOffset + AnswerCapacity]); // written, not only sized: a sparse file reserves nothing
            JournalSlot.Write(file.SafeFileHandle, IntentOffset, IntentCapacity, intent, key);
            File.Move(draft, path);
            DirectorySync.Flush(Path.GetDirectoryName(path)!);
            return new JournalFile(path, file, key);
        }
        catch
        {
            file.Dispose();
            File.Delete(draft);
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a file that its process left behind; null while that process lives.</summary>
    internal static JournalFile? TryOpenAbandoned(string path, byte[] key)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false) is null
                ? new JournalFile(path, new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0), key)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the provider's answer and waits until it is on disk.</summary>
    public void WriteAnswer(JournalRecord answer) => JournalSlot.Write(_file.SafeFileHandle, AnswerOffset, AnswerCapacity, answer, _key);

    /// <summary>What the provider answered; null if it never did or the record is damaged.</summary>
    public JournalRecord? ReadAnswer() => JournalSlot.Read(_file.SafeFileHandle, AnswerOffset, AnswerCapacity, _key);

    /// <summary>What was about to be done; null if the record is damaged or of another instance's key.</summary>
    public JournalRecord? ReadIntent() => JournalSlot.Read(_file.SafeFileHandle, IntentOffset, IntentCapacity, _key);

    /// <summary>Removes the file: its refresh is in the database, or never happened.</summary>
    public void Remove() => File.Delete(_path);

    /// <summary>Unlocks the file. What was not removed is found again by the next replay.</summary>
    public void Dispose() => _file.Dispose();
}
