// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Remembers what was seen at which place, as pairs of hashes, in a file of the state directory: a restart and whoever writes to the
/// database change nothing in it. What cannot be written is remembered by this process only.
/// </summary>
/// <param name="options">Where the state directory is.</param>
/// <param name="fileName">The file in it: a line for each pair, two hashes and the day, with spaces between them.</param>
/// <param name="most">How many pairs are remembered.</param>
/// <param name="keptFor">
/// Of too many the oldest are forgotten, but none that was seen within this time: a flood of new ones forgets nothing.
/// </param>
/// <param name="time">The clock.</param>
internal sealed class SeenPairs(BridgeOptions options, string fileName, int most, TimeSpan keptFor, TimeProvider time)
{
    private const int Digits = 32; // of a hash: 128 bits are enough to tell two apart
    private const int LongestLine = 80;
    private const int DaysBetweenNotes = 30; // of one pair that stays where it is
    private const int MostTries = 20; // to open a file that another process writes to at this instant

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<(Pair Pair, int Day)> _oldestFirst = new(); // also the former days of pairs that were seen again
    private readonly Dictionary<Pair, int> _days = [];
    private readonly Dictionary<UInt128, int> _subjects = [];
    private bool _isLoaded;
    private bool _isFull;
    private int _lines;

    private string FilePath => Path.Combine(StateDirectory.Locate(options.StateDirectory), fileName);

    private int Today => (int)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays;

    /// <summary>Whether something is missing here that was seen: there was no room for it, or the file cannot be read.</summary>
    public bool IsIncomplete
    {
        get
        {
            lock (_gate)
            {
                Load();
                return _isFull || !_isLoaded;
            }
        }
    }

    /// <summary>Whether it was seen anywhere.</summary>
    /// <param name="subject">Its hash, hexadecimal.</param>
    public bool Knows(string subject)
    {
        lock (_gate)
        {
            Load();
            return _subjects.ContainsKey(Number(subject));
        }
    }

    /// <summary>Whether it was seen at a place.</summary>
    /// <param name="subject">Its hash, hexadecimal.</param>
    /// <param name="place">The place's hash, hexadecimal.</param>
    public bool Knows(string subject, string place)
    {
        lock (_gate)
        {
            Load();
            return _days.ContainsKey(new Pair(Number(subject), Number(place)));
        }
    }

    /// <summary>Remembers a pair, or that it was seen again.</summary>
    /// <param name="subject">The hash of what was seen, hexadecimal.</param>
    /// <param name="place">The place's hash, hexadecimal.</param>
    public void Add(string subject, string place)
    {
        lock (_gate)
        {
            Load();
            var (pair, day) = (new Pair(Number(subject), Number(place)), Today);
            if ((_days.TryGetValue(pair, out var last) && day - last < DaysBetweenNotes) || !Remember(pair, day))
            {
                return;
            }

            try
            {
                Append(pair, day);
                if (_lines > 2 * most)
                {
                    Rewrite();
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Told by others who need the directory more.
            }
        }
    }

    private void Load()
    {
        if (!_isLoaded)
        {
            try
            {
                Read();
                _isLoaded = true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // As above; tried again with the next question.
            }
        }
    }

    private void Read()
    {
        if (!File.Exists(FilePath))
        {
            return;
        }

        if (!PosixFiles.IsRegular(FilePath) || new FileInfo(FilePath).Length > 4L * most * LongestLine)
        {
            throw new IOException($"{FilePath} is not what the bridge wrote.");
        }

        using var file = OpenAlone(FileMode.Open, FileAccess.Read);
        using var reader = new StreamReader(file, Encoding.ASCII);
        for (_lines = 0; reader.ReadLine() is { } line; _lines++)
        {
            if (
                line.Split(' ') is [{ Length: Digits } subject, { Length: Digits } place, var day]
                && TryNumber(subject, out var first)
                && TryNumber(place, out var second)
                && int.TryParse(day, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            )
            {
                Remember(new Pair(first, second), Math.Min(number, Today));
            }
        }
    }

    private void Append(Pair pair, int day)
    {
        var isNew = !File.Exists(FilePath);
        using (var file = OpenAlone(FileMode.OpenOrCreate, FileAccess.Write))
        {
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.ASCII.GetBytes(Line(pair, day)));
        }

        _lines++;
        if (isNew)
        {
            PosixFiles.GiveToDirectoryOwner(FilePath);
        }
    }

    // With what other processes added since.
    private void Rewrite()
    {
        Read();
        var draft = $"{FilePath}-{Guid.NewGuid():N}";
        using (var file = new StreamWriter(draft, PrivateFile.New))
        {
            foreach (var (pair, day) in _oldestFirst.Where(one => IsCurrent(one.Pair, one.Day)))
            {
                file.Write(Line(pair, day));
            }
        }

        PosixFiles.GiveToDirectoryOwner(draft);
        File.Move(draft, FilePath, overwrite: true);
        _lines = _days.Count;
    }

    // Another process writes for an instant only.
    private FileStream OpenAlone(FileMode mode, FileAccess access)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(FilePath, PrivateFile.Of(mode, access));
            }
            catch (IOException) when (tries < MostTries && File.Exists(FilePath))
            {
                Thread.Sleep(Pause);
            }
        }
    }

    private bool Remember(Pair pair, int day)
    {
        if (_days.TryGetValue(pair, out var last))
        {
            if (day <= last)
            {
                return false;
            }
        }
        else if (!HasRoom())
        {
            _isFull = true;
            return false;
        }
        else
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_subjects, pair.Subject, out _)++;
        }

        _days[pair] = day;
        _oldestFirst.Enqueue((pair, day));
        return true;
    }

    private bool HasRoom()
    {
        var newest = keptFor == TimeSpan.MaxValue ? int.MinValue : Today - (int)keptFor.TotalDays;
        while (_days.Count >= most && _oldestFirst.TryPeek(out var oldest) && (oldest.Day <= newest || !IsCurrent(oldest.Pair, oldest.Day)))
        {
            _oldestFirst.Dequeue();
            Forget(oldest.Pair, oldest.Day);
        }

        return _days.Count < most;
    }

    private bool IsCurrent(Pair pair, int day) => _days.TryGetValue(pair, out var last) && last == day;

    private void Forget(Pair pair, int day)
    {
        if (IsCurrent(pair, day) && _days.Remove(pair) && --CollectionsMarshal.GetValueRefOrNullRef(_subjects, pair.Subject) == 0)
        {
            _subjects.Remove(pair.Subject);
        }
    }

    private static UInt128 Number(string hash) =>
        UInt128.Parse(hash.AsSpan(0, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static bool TryNumber(string hash, out UInt128 number) =>
        UInt128.TryParse(hash, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);

    private static string Line(Pair pair, int day) =>
        string.Create(CultureInfo.InvariantCulture, $"{pair.Subject:x32} {pair.Place:x32} {day}\n");

    private readonly record struct Pair(UInt128 Subject, UInt128 Place);
}
