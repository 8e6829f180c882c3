// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Journal;

public sealed class RefreshJournalTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "bridge-journal-" + Guid.NewGuid().ToString("N"));

    private string OnlyFile => Assert.Single(Directory.GetFiles(_directory, "*.refresh"));

    [Fact]
    public void What_was_written_is_read_back_by_another_process()
    {
        using (var file = Journal().Begin(Intent()))
        {
            file.WriteAnswer(Intent() with { Body = "the-new-token"u8.ToArray() });
        }

        using var found = Assert.Single(Abandoned(Journal()));
        Assert.Equal("the-new-token", Encoding.UTF8.GetString(found.ReadAnswer()!.Body!));
        Assert.Equal(("Google-Mail", 1, 7L), (found.ReadIntent()!.Service, found.ReadIntent()!.Entity, found.ReadIntent()!.RowId));
        found.Remove();
        Assert.Empty(Directory.GetFiles(_directory, "*.refresh"));
    }

    [Fact]
    public void A_file_of_a_live_process_is_left_alone_and_one_of_a_dead_process_is_found()
    {
        var alive = Journal().Begin(Intent());
        Assert.Empty(Abandoned(Journal()));

        alive.Dispose(); // as by the kernel at the end of a process

        using var found = Assert.Single(Abandoned(Journal()));
        Assert.Null(found.ReadAnswer());
        Assert.False(found.ReadIntent()!.IsAnswered);
        Assert.Null(found.ReadIntent()!.Previous);
        Assert.Empty(Abandoned(Journal())); // taken
    }

    [Fact]
    public void A_record_made_before_the_provider_answered_says_so_to_whoever_reads_it()
    {
        Journal().Begin(Intent()).Dispose();

        using var found = Assert.Single(Abandoned(Journal()));

        Assert.False(found.ReadIntent()!.IsAnswered);
        Assert.Null(found.ReadIntent()!.Previous);
    }

    [Fact]
    public void Nothing_can_be_read_without_the_key_and_nothing_is_in_clear()
    {
        using (var file = Journal().Begin(Intent()))
        {
            file.WriteAnswer(Intent() with { Body = "the-new-token"u8.ToArray() });
        }

        Assert.Empty(Abandoned(Journal(database: "another")));
        var bytes = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(OnlyFile));
        Assert.DoesNotContain("the-new-token", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("Google", bytes, StringComparison.Ordinal);
        using var found = Assert.Single(Abandoned(Journal()));
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
            file.WriteAnswer(Intent() with { Body = "the-new-token"u8.ToArray() });
        }

        using (var stream = File.OpenWrite(OnlyFile))
        {
            stream.SetLength(length);
        }

        foreach (var file in Abandoned(Journal()))
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
            file.WriteAnswer(Intent() with { Body = "the-new-token"u8.ToArray() });
        }

        var good = File.ReadAllBytes(OnlyFile);
        var length = 32 + BitConverter.ToInt32(good, 4096);
        for (var offset = 4096; offset < 4096 + length; offset += 3)
        {
            var damaged = (byte[])good.Clone();
            damaged[offset] ^= 0x40;
            File.WriteAllBytes(OnlyFile, damaged);
            using var found = Assert.Single(Abandoned(Journal()));
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

        Assert.Empty(Abandoned(Journal()));
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
    public void A_record_survives_a_change_of_the_key_in_conf_php()
    {
        using (var file = Journal().Begin(Intent()))
        {
            file.WriteAnswer(Intent() with { Body = "the-new-token"u8.ToArray() });
        }

        using var found = Assert.Single(Abandoned(Journal("another key")));
        Assert.Equal("the-new-token"u8.ToArray(), found.ReadAnswer()!.Body);
    }

    [Fact]
    public void A_file_names_its_grant_while_its_process_lives()
    {
        using var file = Journal().Begin(Intent());

        Assert.Single(Journal().FilesOf("Google-Mail", 1));
        Assert.Empty(Journal().FilesOf("Google-Mail", 2));
        Assert.Equal([("Google-Mail", 1)], Journal().Grants());
        Assert.True(Journal().HasUnfinished());
    }

    [Fact]
    public void A_file_whose_key_is_lost_is_reported_and_still_keeps_its_grant()
    {
        Journal().Begin(Intent()).Dispose();
        File.Delete(Path.Combine(_directory, "journal.key"));

        Assert.Contains(OnlyFile, Journal().FindProblem(), StringComparison.Ordinal);
        Assert.Single(Journal().FilesOf("Google-Mail", 1));
    }

    [Fact]
    public void A_pipe_in_the_directory_is_ignored()
    {
        Journal().Begin(Intent()).Dispose();
        var file = OnlyFile;
        using (var make = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_directory, "pipe.refresh")]))
        {
            make.WaitForExit();
        }

        Assert.Equal([file], Journal().FilesOf("Google-Mail", 1));
        Assert.Null(Journal().FindProblem());
    }

    [Fact]
    public void A_draft_that_a_dead_process_left_is_removed()
    {
        Journal().Begin(Intent()).Dispose();
        var draft = Path.Combine(_directory, "0123456789abcdef-x.refresh.new");
        File.WriteAllText(draft, string.Empty);
        File.SetLastWriteTimeUtc(draft, DateTime.UtcNow.AddMinutes(-2));

        Journal().Grants();

        Assert.False(File.Exists(draft));
    }

    [Fact]
    public void A_directory_that_was_removed_while_it_was_in_use_is_made_again()
    {
        var journal = Journal();
        var first = journal.Begin(Intent());
        Directory.Delete(_directory, recursive: true);
        first.Remove();
        first.Dispose();

        using var second = journal.Begin(Intent());

        Assert.Single(Journal().FilesOf("Google-Mail", 1));
    }

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Fact]
    public async Task Many_threads_may_take_their_first_lease_at_once()
    {
        var owners = new DolibarrOAuthBridge.Tokens.LeaseOwners(Journal(), TimeProvider.System);
        using var gate = new ManualResetEventSlim();
        var first = Enumerable
            .Range(0, 16)
            .Select(_ =>
                Task.Factory.StartNew(
                    () =>
                    {
                        gate.Wait();
                        return owners.Begin();
                    },
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                )
            )
            .ToArray();
        gate.Set();

        var names = await Task.WhenAll(first);

        Assert.Equal(16, names.Distinct().Count());
        Assert.All(names, name => Assert.False(owners.IsGone(name)));
        Assert.All(names, DolibarrOAuthBridge.Tokens.LeaseOwners.End);
    }

    private RefreshJournal Journal(string key = "a key", string database = "dolibarr") =>
        new(
            new BridgeOptions { StateDirectory = _directory },
            Make.Conf(key, database),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<RefreshJournal>.Instance
        );

    private static List<JournalFile> Abandoned(RefreshJournal journal) =>
        [.. journal.FilesOf("Google-Mail", 1).Select(journal.TryOpenAbandoned).OfType<JournalFile>()];

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
