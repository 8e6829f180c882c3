// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Journal;

/// <summary>
/// One refresh's file in the journal. It is locked for as long as its process lives, so that whoever can lock it knows that the
/// process is gone. Its space is reserved beforehand: a full disk shows before the refresh token is spent.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    /// <summary>What a file is called until it is whole and locked.</summary>
    internal const string Draft = ".new";

    private const int IntentOffset = 0;
    private const int IntentCapacity = 4 * 1024;
    private const int AnswerOffset = IntentCapacity;
    private const int AnswerCapacity = 188 * 1024;

    private readonly FileStream _file;
    private readonly JournalSeals _seals;

    private JournalFile(string path, FileStream file, JournalSeals seals)
    {
        FilePath = path;
        _file = file;
        _seals = seals;
    }

    /// <summary>Where it is.</summary>
    public string FilePath { get; }

    /// <summary>Makes the file and writes what is about to be done.</summary>
    /// <exception cref="IOException">No space, no permission.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    internal static JournalFile Create(string path, JournalRecord intent, JournalSeals seals)
    {
        // Under another name until it is whole and locked, so that nobody who looks for abandoned files takes it for one.
        var draft = path + Draft;
        var file = new FileStream(draft, PrivateFile.New);
        try
        {
            file.Write(new byte[AnswerOffset + AnswerCapacity]); // written, not only sized: a sparse file reserves nothing
            JournalSlot.Write(file.SafeFileHandle, IntentOffset, IntentCapacity, intent, seals.Own);
            PosixFiles.GiveToDirectoryOwner(draft);
            File.Move(draft, path);
            PosixFiles.FlushDirectory(Path.GetDirectoryName(path)!);
            return new JournalFile(path, file, seals);
        }
        catch
        {
            file.Dispose();
            File.Delete(draft);
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a file that its process left behind.</summary>
    /// <returns>The file, locked; null while its process lives, or if it was removed meanwhile.</returns>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    internal static JournalFile? TryOpenAbandoned(string path, JournalSeals seals)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException)
        {
            return null;
        }

        if (!File.Exists(path))
        {
            file.Dispose(); // its process finished and removed it between our look and our lock
            return null;
        }

        return new JournalFile(path, file, seals);
    }

    /// <summary>What the file says it is about, read without the lock; null if it cannot be read.</summary>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    internal static JournalRecord? Peek(string path, JournalSeals seals)
    {
        using var file = PosixFiles.OpenWithoutLock(path);
        try
        {
            return file is null ? null : seals.Read(file, IntentOffset, IntentCapacity);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Writes the provider's answer and waits until it is on disk.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void WriteAnswer(JournalRecord answer) =>
        JournalSlot.Write(_file.SafeFileHandle, AnswerOffset, AnswerCapacity, answer, _seals.Own);

    /// <summary>What the provider answered; null if it never did or the record is damaged.</summary>
    public JournalRecord? ReadAnswer() => _seals.Read(_file.SafeFileHandle, AnswerOffset, AnswerCapacity);

    /// <summary>What was about to be done; null if the record is damaged or sealed with another key.</summary>
    public JournalRecord? ReadIntent() => _seals.Read(_file.SafeFileHandle, IntentOffset, IntentCapacity);

    /// <summary>Removes the file: its refresh is in the database, or never happened.</summary>
    public void Remove()
    {
        try
        {
            File.Delete(FilePath);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody removed the whole directory: so is the file.
        }
    }

    /// <summary>Unlocks the file. What was not removed is found again by the next replay.</summary>
    public void Dispose() => _file.Dispose();
}
