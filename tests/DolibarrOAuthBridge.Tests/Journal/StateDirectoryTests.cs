// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Tests.Journal;

/// <summary>What is said of a state directory that cannot be used: whose it is, and what helps.</summary>
public sealed class StateDirectoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bridge-state-").FullName;

    [Fact]
    public void The_owner_and_the_command_that_helps_are_said()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root gives a directory away.");
        using (var chown = Process.Start("chown", ["65534", _directory]))
        {
            chown.WaitForExit();
        }

        var said = StateDirectory.Explain(_directory, new UnauthorizedAccessException());

        Assert.Contains("it belongs to nobody, and this process runs as root", said, StringComparison.Ordinal);
        Assert.Contains($"chown -R root: {_directory}", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mode_that_keeps_its_owner_out_is_said() =>
        Assert.Contains(
            $"chmod 700 {_directory}",
            StateDirectory.Explain(_directory, new UnauthorizedAccessException()),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_directory_that_is_not_there_is_made_by_the_command()
    {
        var path = Path.Combine(_directory, "missing");

        Assert.Contains("install -d -m 700", StateDirectory.Explain(path, new UnauthorizedAccessException()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, "its disk is full")]
    [InlineData(122, "its disk is full")]
    [InlineData(30, "read-only file system")]
    public void A_full_disk_and_a_read_only_one_are_told_apart(int error, string expected) =>
        Assert.Contains(expected, StateDirectory.Explain(_directory, new IOException("raw", error)), StringComparison.Ordinal);

    [Fact]
    public void The_same_fault_is_told_in_the_same_words()
    {
        var file = Path.Combine(_directory, "a-file");
        File.WriteAllText(file, string.Empty);

        var first = Assert.ThrowsAny<Exception>(() => StateDirectory.Probe(file));
        var second = Assert.ThrowsAny<Exception>(() => StateDirectory.Probe(file));

        Assert.Equal(StateDirectory.Explain(file, first), StateDirectory.Explain(file, second));
    }

    [Fact]
    public void Trying_it_leaves_nothing_behind()
    {
        Parallel.For(0, 50, _ => StateDirectory.Probe(_directory));

        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void What_root_makes_for_an_instance_belongs_to_the_service()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root gives a directory away.");
        using (var chown = Process.Start("chown", ["1001", _directory]))
        {
            chown.WaitForExit();
        }

        var made = StateDirectory.Prepare(Path.Combine(_directory, "acme"));

        Assert.Equal("1001", PosixFiles.OwnerOf(made));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(made));
    }

    [Fact]
    public void A_file_in_its_place_is_a_problem()
    {
        var file = Path.Combine(_directory, "a-file");
        File.WriteAllText(file, string.Empty);

        Assert.Contains(file, StateDirectory.FindProblem(file), StringComparison.Ordinal);
        Assert.Null(StateDirectory.FindProblem(Path.Combine(_directory, "not-made-yet")));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
