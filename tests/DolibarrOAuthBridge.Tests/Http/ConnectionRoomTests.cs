// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http.Security;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>Nobody is shut out by connections that others hold open.</summary>
public sealed class ConnectionRoomTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ConnectionRoom _room;
    private readonly List<int> _closed = [];

    public ConnectionRoomTests() => _room = new ConnectionRoom(_time);

    [Fact]
    public void A_newcomer_takes_the_place_of_the_connection_that_was_idle_the_longest()
    {
        var guests = Fill(ConnectionRoom.UnprovedCapacity);
        guests[0].Touch();

        Assert.NotNull(Enter(-1));

        Assert.Equal([1], _closed);
    }

    [Fact]
    public void Proved_connections_stay_and_leave_the_unproved_ones_their_half()
    {
        foreach (var guest in Fill(100))
        {
            guest.Prove(null);
        }

        Fill(ConnectionRoom.UnprovedCapacity, from: 100);
        Assert.Empty(_closed);

        Assert.NotNull(Enter(-1));
        Assert.Equal([100], _closed);
    }

    [Fact]
    public void In_a_crowd_idle_connections_are_closed_after_five_seconds()
    {
        Fill(ConnectionRoom.Crowded);
        _time.Advance(ConnectionRoom.IdleInCrowd - TimeSpan.FromMilliseconds(1));
        Enter(-1);
        Assert.Empty(_closed);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Enter(-2);

        Assert.Equal([0, 1], _closed); // as many as make it no crowd any more
    }

    [Fact]
    public void Where_every_place_is_at_work_there_is_no_room()
    {
        var guests = Fill(ConnectionRoom.UnprovedCapacity);
        foreach (var guest in guests)
        {
            guest.SetBusy(true);
        }

        Assert.Null(Enter(-1));
        guests[7].SetBusy(false);
        Assert.NotNull(Enter(-1));
        Assert.Equal([7], _closed);
    }

    [Fact]
    public void Proved_connections_fill_all_the_room_and_no_more()
    {
        for (var number = 0; number < ConnectionRoom.Capacity; number++)
        {
            Enter(number)!.Prove(null);
        }

        Assert.Null(Enter(-1));
        Assert.Empty(_closed);
    }

    [Fact]
    public void Who_leaves_gives_the_place_back_once()
    {
        var guests = Fill(ConnectionRoom.UnprovedCapacity);
        guests[3].Leave();
        guests[3].Leave();

        Assert.NotNull(Enter(-1));
        Assert.Empty(_closed);
        Assert.NotNull(Enter(-2));
        Assert.Equal([0], _closed);
        guests[0].Leave(); // closed above: its place is somebody else's
        Assert.NotNull(Enter(-3));
        Assert.Equal([0, 1], _closed);
    }

    [Fact]
    public void At_the_end_connections_without_a_whole_request_are_closed_and_those_being_answered_are_not()
    {
        var guests = Fill(5);
        guests[1].Touch(); // its request has arrived
        guests[2].Touch();
        guests[2].Await(); // its body has not
        guests[3].Touch();
        guests[3].Await();
        guests[3].Arrived();
        guests[4].Touch();
        _room.CloseUnfinished();
        Assert.Empty(_closed);

        _time.Advance(ConnectionRoom.PatienceAtEnd);
        guests[4].Await(); // answered this moment
        _room.CloseUnfinished();

        Assert.Equal([0, 2], _closed.Order());
        guests[2].Await();
        _time.Advance(ConnectionRoom.PatienceAtEnd);
        _room.CloseUnfinished();
        Assert.Equal([0, 2, 4], _closed.Order());
    }

    private List<ConnectionGuest> Fill(int count, int from = 0) => [.. Enumerable.Range(from, count).Select(number => Enter(number)!)];

    private ConnectionGuest? Enter(int number) => _room.TryEnter(() => _closed.Add(number));
}
