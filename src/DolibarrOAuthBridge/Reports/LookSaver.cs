// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Reports;

/// <summary>
/// Saves one kind of look at thousands of entries: while nothing changes in the database and no token comes to a turn of its life, the
/// last look still holds. A look at a few entries costs nothing and is always made.
/// </summary>
internal sealed class LookSaver(DolibarrDatabase database, BridgeOptions options, TimeProvider time)
{
    // What depends on time alone, such as a warning of an end in some days, is seen to at least this often.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private string? _mark;
    private DateTimeOffset _holdsUntil;

    /// <summary>How many entries the last look saw.</summary>
    public int Entries { get; private set; }

    /// <summary>Whether to look; if not, the last look still holds.</summary>
    /// <param name="by">The sidecar that looks, for <c>oauthbridge_v_status</c>; null if it is not to be said.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> IsNeededAsync(string? by, CancellationToken cancellationToken)
    {
        if (Entries < LargePass.Least)
        {
            return true;
        }

        var now = time.GetUtcNow();
        var holds = _mark is not null && BoundedTime.IsAhead(_holdsUntil, now, Longest);
        var mark = await ChangeMark.ReadAsync(database, holds ? _mark : null, by, now.UtcDateTime, cancellationToken);
        if (holds && mark == _mark)
        {
            return false;
        }

        (_mark, _holdsUntil) = (mark, now); // of before the look: what changes during it causes another one
        return true;
    }

    /// <summary>Says what a look saw.</summary>
    /// <param name="entries">How many entries.</param>
    /// <param name="ends">When their access tokens end; null if something is left to be done, so that the next look is needed too.</param>
    public void Looked(int entries, IEnumerable<DateTimeOffset?>? ends)
    {
        Entries = entries;
        _holdsUntil = ends is null || entries < LargePass.Least ? default : NextTurn(ends, options, time.GetUtcNow(), Longest);
    }

    /// <summary>When a token is to be renewed next, or its status changes by itself.</summary>
    /// <param name="ends">When access tokens end.</param>
    /// <param name="options">The sidecar's settings.</param>
    /// <param name="now">The present.</param>
    /// <param name="longest">The answer is no later than this from now.</param>
    public static DateTimeOffset NextTurn(IEnumerable<DateTimeOffset?> ends, BridgeOptions options, DateTimeOffset now, TimeSpan longest) =>
        ends.OfType<DateTimeOffset>()
            .SelectMany(end => new[] { end - options.RenewAhead, end - options.MinTtl, end })
            .Where(at => at > now)
            .Append(now + longest)
            .Min();
}
