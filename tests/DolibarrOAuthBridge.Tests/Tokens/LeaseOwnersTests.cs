// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Tests.Support;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Tests.Tokens;

public sealed class LeaseOwnersTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "bridge-owners-" + Guid.NewGuid().ToString("N"));

    [Fact]
    public async Task The_first_leases_of_a_process_may_begin_at_once()
    {
        using var start = new ManualResetEventSlim();
        var begun = Enumerable
            .Range(0, 16)
            .Select(_ =>
                Task.Factory.StartNew(
                    () =>
                    {
                        start.Wait(TestContext.Current.CancellationToken);
                        return Owners(_directory).Begin();
                    },
                    TestContext.Current.CancellationToken,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                )
            )
            .ToArray();
        start.Set();

        Assert.Equal(16, (await Task.WhenAll(begun)).Distinct().Count());
    }

    [Fact]
    public void An_owner_is_gone_when_its_lease_is_over()
    {
        var owners = Owners(_directory);
        var owner = owners.Begin();

        Assert.InRange(owner.Length, 1, 80);
        Assert.False(owners.IsGone(owner));
        LeaseOwners.End(owner);
        Assert.True(owners.IsGone(owner));
    }

    [Fact]
    public void An_owner_whose_process_ended_or_whose_number_another_process_has_is_gone()
    {
        var owners = Owners(_directory);
        var parts = owners.Begin().Split('/');

        Assert.True(owners.IsGone(string.Join('/', [.. parts[..3], "4194303", .. parts[4..]])));
        Assert.True(owners.IsGone(string.Join('/', [.. parts[..3], "1", "999999999", parts[5]])));
    }

    [Fact]
    public void Nothing_is_known_of_an_owner_whose_journal_is_elsewhere()
    {
        var elsewhere = Owners(Path.Combine(_directory, "elsewhere")).Begin();
        LeaseOwners.End(elsewhere);

        Assert.False(Owners(_directory).IsGone(elsewhere));
        Assert.False(Owners(_directory).IsGone("elsewhere/1/x"));
    }

    [Fact]
    public void A_state_directory_that_cannot_be_used_is_said_as_such()
    {
        File.WriteAllText(_directory, "a file where the directory should be");

        Assert.Equal(ProblemCode.StoreNotWritable, Assert.Throws<BridgeException>(() => Owners(_directory).Begin()).Code);
        File.Delete(_directory);
    }

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static LeaseOwners Owners(string directory) =>
        new(
            new RefreshJournal(
                new BridgeOptions { StateDirectory = directory },
                Make.Conf("a key", "dolibarr"),
                TimeProvider.System,
                Microsoft.Extensions.Logging.Abstractions.NullLogger<RefreshJournal>.Instance
            ),
            TimeProvider.System
        );
}
