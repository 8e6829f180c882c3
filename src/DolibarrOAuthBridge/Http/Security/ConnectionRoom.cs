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

    private readonly Lock _gate = new();
    private readonly LinkedList<ConnectionGuest> _idle = new(); // unproved, without a request that is being worked on; longest idle first
    private int _count;
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

            if ((_unproved >= UnprovedCapacity || _count >= Capacity) && _idle.First?.Value is { } longestIdle)
            {
                leaving.Add(Remove(longestIdle));
            }

            if (_unproved < UnprovedCapacity && _count < Capacity)
            {
                guest = new ConnectionGuest(this, close, time.GetTimestamp());
                guest.Node = _idle.AddLast(guest);
                _count++;
                _unproved++;
            }
        }

        foreach (var former in leaving)
        {
            former.Close();
        }

        return guest;
    }

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
        _count--;
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
    /// <summary>Whether a request on this connection had a valid API key.</summary>
    public bool IsProved { get; internal set; }

    internal bool HasLeft { get; set; }

    internal string? ProvedBy { get; set; }

    internal long ActiveAt { get; set; } = activeAt;

    internal LinkedListNode<ConnectionGuest>? Node { get; set; }

    /// <summary>A request has arrived.</summary>
    public void Touch()
    {
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

    /// <summary>The connection has ended.</summary>
    public void Leave() => room.Leave(this);

    internal void Close() => close();
}
