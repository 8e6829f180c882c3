// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>
/// Who may stay connected when many connect. Any user of this machine can open connections; only half of the room is for those that have
/// not yet sent a valid API key. When that half is full, a newcomer takes the place of the connection that has been idle the longest, so
/// nobody shuts the others out by holding connections open.
/// </summary>
internal sealed class ConnectionRoom(TimeProvider time)
{
    /// <summary>Connections at a time.</summary>
    public const int Capacity = 3000;

    /// <summary>Connections at a time that have sent no valid API key.</summary>
    public const int UnprovedCapacity = 1500;

    /// <summary>
    /// Connections at a time that one of several instances has proved. Further ones count as unproved, so that no instance takes the
    /// room of the others.
    /// </summary>
    public const int InstanceCapacity = 500;

    /// <summary>From this many unproved connections on, idle ones are closed early.</summary>
    public const int Crowded = 250;

    /// <summary>How long an unproved connection may be idle in a crowd.</summary>
    public static readonly TimeSpan IdleInCrowd = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may be without a whole request after the server began to close.</summary>
    public static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<ConnectionGuest> _present = [];
    private readonly LinkedList<ConnectionGuest> _idle = new(); // unproved, without a request that is being worked on; longest idle first
    private int _unproved;
    private readonly Dictionary<string, int> _provedBy = new(StringComparer.Ordinal);

    /// <summary>Lets a new connection in.</summary>
    /// <param name="close">Closes the connection, if its place goes to another.</param>
    /// <returns>Its place, to be left in the end; null if there is no room.</returns>
    public ConnectionGuest? TryEnter(Action close)
    {
        var leaving = new List<ConnectionGuest>();
        ConnectionGuest? guest = null;
        lock (_gate)
        {
            while (_unproved >= Crowded && _idle.First?.Value is { } first && time.GetElapsedTime(first.ActiveAt) >= IdleInCrowd)
            {
                leaving.Add(Remove(first));
            }

            if ((_unproved >= UnprovedCapacity || _present.Count >= Capacity) && _idle.First?.Value is { } longestIdle)
            {
                leaving.Add(Remove(longestIdle));
            }

            if (_unproved < UnprovedCapacity && _present.Count < Capacity)
            {
                guest = new ConnectionGuest(this, close, time.GetTimestamp());
                guest.Node = _idle.AddLast(guest);
                _present.Add(guest);
                _unproved++;
            }
        }

        foreach (var former in leaving)
        {
            former.Close();
        }

        return guest;
    }

    /// <summary>
    /// For a server that closes: closes the connections whose request has not wholly arrived within <see cref="PatienceAtEnd"/>. Nothing
    /// else would: the server's own limits are not looked at any more by then.
    /// </summary>
    public void CloseUnfinished()
    {
        List<ConnectionGuest> unfinished;
        lock (_gate)
        {
            unfinished = [.. _present.Where(guest => guest.IsWaitingFor(PatienceAtEnd))];
            unfinished.ForEach(guest => Remove(guest));
        }

        unfinished.ForEach(static guest => guest.Close());
    }

    internal long Now() => time.GetTimestamp();

    internal TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);

    internal void Touch(ConnectionGuest guest)
    {
        lock (_gate)
        {
            if (guest.Node is { List: not null } node)
            {
                guest.ActiveAt = time.GetTimestamp();
                _idle.Remove(node);
                _idle.AddLast(node);
            }
        }
    }

    internal void SetBusy(ConnectionGuest guest, bool isBusy)
    {
        lock (_gate)
        {
            if (guest is { HasLeft: false, IsProved: false })
            {
                guest.ActiveAt = time.GetTimestamp();
                Unlist(guest);
                guest.Node = isBusy ? null : _idle.AddLast(guest);
            }
        }
    }

    internal void Prove(ConnectionGuest guest, string? instance)
    {
        lock (_gate)
        {
            if (guest is { HasLeft: false, IsProved: false } && HasRoomFor(instance))
            {
                guest.ProvedBy = instance;
                guest.IsProved = true;
                Unlist(guest);
                _unproved--;
            }
        }
    }

    internal void Leave(ConnectionGuest guest)
    {
        lock (_gate)
        {
            if (!guest.HasLeft)
            {
                Remove(guest);
            }
        }
    }

    private ConnectionGuest Remove(ConnectionGuest guest)
    {
        guest.HasLeft = true;
        Unlist(guest);
        _present.Remove(guest);
        _unproved -= guest.IsProved ? 0 : 1;
        if (guest.ProvedBy is { } instance && --_provedBy[instance] == 0)
        {
            _provedBy.Remove(instance);
        }

        return guest;
    }

    private bool HasRoomFor(string? instance)
    {
        if (instance is null)
        {
            return true;
        }

        var count = _provedBy.GetValueOrDefault(instance);
        _provedBy[instance] = count < InstanceCapacity ? count + 1 : count;
        return count < InstanceCapacity;
    }

    private void Unlist(ConnectionGuest guest)
    {
        if (guest.Node is { List: not null } node)
        {
            _idle.Remove(node);
        }

        guest.Node = null;
    }
}

/// <summary>A connection's place; a feature of its requests.</summary>
internal sealed class ConnectionGuest(ConnectionRoom room, Action close, long activeAt)
{
    private const long Nothing = long.MinValue;

    // Since when the connection's next request, or the rest of one, is waited for.
    private long _waitingSince = activeAt;

    /// <summary>Whether a request on this connection had a valid API key.</summary>
    public bool IsProved { get; internal set; }

    internal bool HasLeft { get; set; }

    internal string? ProvedBy { get; set; }

    internal long ActiveAt { get; set; } = activeAt;

    internal LinkedListNode<ConnectionGuest>? Node { get; set; }

    /// <summary>A request has arrived, its body perhaps not.</summary>
    public void Touch()
    {
        Volatile.Write(ref _waitingSince, Nothing);
        if (!IsProved)
        {
            room.Touch(this);
        }
    }

    /// <summary>The caller has shown a valid API key: the connection stays as long as it likes.</summary>
    /// <param name="instance">The instance whose key it is; null where there is one only.</param>
    public void Prove(string? instance)
    {
        if (!IsProved)
        {
            room.Prove(this, instance);
        }
    }

    /// <summary>The caller has shown credentials other than the API key: the connection stays for this request.</summary>
    public void SetBusy(bool isBusy) => room.SetBusy(this, isBusy);

    /// <summary>More of a request is waited for: of the body of this one, or the next one.</summary>
    public void Await() => Interlocked.CompareExchange(ref _waitingSince, room.Now(), Nothing);

    /// <summary>The request's body has arrived.</summary>
    public void Arrived() => Volatile.Write(ref _waitingSince, Nothing);

    internal bool IsWaitingFor(TimeSpan patience) =>
        Volatile.Read(ref _waitingSince) is var since && since != Nothing && room.Since(since) >= patience;

    /// <summary>The connection has ended.</summary>
    public void Leave() => room.Leave(this);

    internal void Close() => close();
}
