// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;

namespace DolibarrOAuthBridge.Torture;

/// <summary>What came of one trial.</summary>
internal sealed class Tally(string name)
{
    private readonly ConcurrentQueue<string> _faults = new();
    private int _lost;
    private int _regressed;
    private int _rounds;

    public string Name { get; } = name;

    /// <summary>How often something was done to the sidecar, in the trial's own unit.</summary>
    public int Rounds => _rounds;

    /// <summary>Refreshes that went well at the provider.</summary>
    public int Refreshes { get; set; }

    /// <summary>Grants that ended although the answer was on disk, or that nobody can use.</summary>
    public int Lost => _lost;

    /// <summary>Grants that ended because the process died before a byte of the answer was on disk, which nothing can prevent.</summary>
    public int CutOff { get; set; }

    /// <summary>Rows that hold an older refresh token than the newest.</summary>
    public int Regressed => _regressed;

    /// <summary>Refresh tokens that were sent twice.</summary>
    public int Doubles { get; set; }

    /// <summary>From listening again to the first good answer, at worst.</summary>
    public TimeSpan SlowestReturn { get; set; }

    /// <summary>What else was measured.</summary>
    public string Remark { get; set; } = string.Empty;

    public IReadOnlyCollection<string> Faults => _faults;

    public bool IsGood => Lost + Regressed + Doubles == 0 && _faults.IsEmpty;

    /// <summary>The end of a sidecar's log beside a fault.</summary>
    public void Keep(string log) => _faults.Enqueue(log.Length > 3000 ? log[^3000..] : log);

    public void Count() => Interlocked.Increment(ref _rounds);

    public void Lose(string how)
    {
        Interlocked.Increment(ref _lost);
        _faults.Enqueue("lost: " + how);
    }

    public void Regress(string how)
    {
        Interlocked.Increment(ref _regressed);
        _faults.Enqueue("regressed: " + how);
    }

    /// <summary>Notes something that must not happen.</summary>
    public void Fail(string what) => _faults.Enqueue(what);

    /// <summary>Notes a limit that was not kept.</summary>
    public void Require(bool holds, string what)
    {
        if (!holds)
        {
            Fail(what);
        }
    }

    public void Returned(TimeSpan after)
    {
        SlowestReturn = after > SlowestReturn ? after : SlowestReturn;
    }
}
