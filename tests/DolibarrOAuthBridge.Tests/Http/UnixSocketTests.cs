// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http;
using DolibarrOAuthBridge.Instances;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>Whose a socket is while it is made. The umask, which is the whole process's, has no part in it.</summary>
public sealed class UnixSocketTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    private string Place => Path.Combine(_directory, "test.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_socket_is_nobody_elses_before_it_has_its_group_and_mode()
    {
        using var socket = new UnixSocket(Place).BindForOwner();

        Assert.Equal(UnixFileMode.UserWrite, File.GetUnixFileMode(Place));
    }

    [Fact]
    public void A_socket_has_its_mode_in_the_end()
    {
        using var socket = new UnixSocket(Place, SocketMode.Parse("0666")).Bind();

        Assert.Equal(SocketMode.Parse("0666"), File.GetUnixFileMode(Place));
    }

    [Fact]
    public void A_group_that_cannot_be_given_says_what_the_service_needs_and_leaves_no_socket()
    {
        Assert.Contains(
            "no group",
            Assert.Throws<FormatException>(() => new UnixSocket(Place, Group: "no such group").Bind()).Message,
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(Place));
    }
}
