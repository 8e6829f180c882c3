// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Journal;

public sealed class RefreshJournalTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "bridge-journal-" + Guid.NewGuid().ToString("N"));

    private string OnlyFile => Assert.Single(Directory.GetFiles(_directory));

    [Fact]
    public void What_was_written_is_read_back_by_another_process()
    {
        using (var file = Journal().Begin(Intent()))
        {
            file.WriteAnswer(Intent() with { NewValue = "the-new-token" });
        }

        using var found = Assert.Single(Journal().Abandoned());
        Assert.Equal(("the-new-token", Intent()), (found.ReadAnswer()!.NewValue, found.ReadIntent()));
        found.Remove();
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public void A_file_of_a_live_process_is_left_alone_and_one_of_a_dead_process_is_found()
    {
        var alive = Journal().Begin(Intent());
        Assert.Empty(Journal().Abandoned());

        alive.Dispose(); // as by the kernel at the end of a process

        using var found = Assert.Single(Journal().Abandoned());
        Assert.Null(found.ReadAnswer());
        Assert.Empty(Journal().Abandoned()); // taken
    }

    [Fact]
    public void Nothing_can_be_read_without_the_key_and_nothing_is_in_clear()
    {
        using (var file = Journal().Begin(Intent()))
        {
            file.WriteAnswer(Intent() with { NewValue = "the-new-token" });
        }

        Assert.Empty(Journal("another key").Abandoned());
        Assert.Empty(Journal(database: "another").Abandoned());
        var bytes = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(OnlyFile));
        Assert.DoesNotContain("the-new-token", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("Google", bytes, StringComparison.Ordinal);
        using var found = Assert.Single(Journal().Abandoned());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(4096)]
    [InlineData(4100)]
    [InlineData(4200)]
    public void Case_157_A_file_cut_short_is_never_applied(int length)
    {
        using (var file = Journal().Begin(Intent()))
        {
            file.WriteAnswer(Intent() with { NewValue = "the-new-token" });
        }

        using (var stream = File.OpenWrite(OnlyFile))
        {
            stream.SetLength(length);
        }

        foreach (var file in Journal().Abandoned())
        {
            using (file)
            {
                Assert.Null(file.ReadAnswer());
            }
        }
    }

    [Fact]
    public void Case_157_A_record_with_any_byte_changed_reads_as_none()
    {
        using (var file = Journal().Begin(Intent()))
        {
            file.WriteAnswer(Intent() with { NewValue = "the-new-token" });
        }

        var good = File.ReadAllBytes(OnlyFile);
        var length = 32 + BitConverter.ToInt32(good, 4096);
        for (var offset = 4096; offset < 4096 + length; offset += 3)
        {
            var damaged = (byte[])good.Clone();
            damaged[offset] ^= 0x40;
            File.WriteAllBytes(OnlyFile, damaged);
            using var found = Assert.Single(Journal().Abandoned());
            Assert.Null(found.ReadAnswer());
        }
    }

    [Fact]
    public void Case_157_A_symbolic_link_is_not_followed()
    {
        Journal().Begin(Intent()).Dispose();
        var target = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        File.Move(OnlyFile, target);
        File.CreateSymbolicLink(Path.Combine(_directory, "link.refresh"), target);

        Assert.Empty(Journal().Abandoned());
        File.Delete(target);
    }

    [Fact]
    public void Files_and_directory_are_the_owners_alone()
    {
        using var file = Journal().Begin(Intent());

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(OnlyFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory));
    }

    [Fact]
    public void Space_for_the_answer_is_reserved_before_the_provider_is_asked()
    {
        using var file = Journal().Begin(Intent());
        var before = new FileInfo(OnlyFile).Length;

        file.WriteAnswer(Intent() with { NewValue = new string('x', 140_000) });

        Assert.Equal(before, new FileInfo(OnlyFile).Length);
        Assert.Throws<IOException>(() => file.WriteAnswer(Intent() with { NewValue = new string('x', 200_000) }));
        Assert.Equal(140_000, file.ReadAnswer()!.NewValue!.Length);
    }

    [Fact]
    public void A_journal_that_cannot_be_written_says_so_before_anything_is_spent()
    {
        File.WriteAllText(_directory, "a file where the directory should be");

        Assert.Equal(ProblemCode.StoreNotWritable, Assert.Throws<BridgeException>(() => Journal().Begin(Intent())).Code);
        File.Delete(_directory);
    }

    [Fact]
    public void An_instance_without_key_leans_on_the_database_password()
    {
        Journal(string.Empty).Begin(Intent()).Dispose();

        var other = new RefreshJournal(
            new BridgeOptions { StateDirectory = _directory },
            new Dolibarr.Configuration.DolibarrConf
            {
                Path = "conf.php",
                DbHost = "127.0.0.1",
                DbName = "dolibarr",
                DbUser = "dolibarr",
                DbPassword = "another",
                Keys = Make.Conf(string.Empty).Keys,
            }
        );
        Assert.Empty(other.Abandoned());
        using var found = Assert.Single(Journal(string.Empty).Abandoned());
    }

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private RefreshJournal Journal(string key = "a key", string database = "dolibarr") =>
        new(new BridgeOptions { StateDirectory = _directory }, Make.Conf(key, database));

    private JournalRecord Intent() =>
        new()
        {
            Instance = Journal().Instance,
            Service = "Google-Mail",
            Entity = 1,
            Owner = "host/1/x",
            RowId = 7,
            OldValueHash = "hash",
        };
}
