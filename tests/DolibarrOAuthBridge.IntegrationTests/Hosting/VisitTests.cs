// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Hosting;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.IntegrationTests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DolibarrOAuthBridge.IntegrationTests.Hosting;

/// <summary>The background work of one instance among several, visit by visit, by a clock of the test's own.</summary>
[Trait("Database", "MariaDB")]
public sealed class VisitTests(OwnServer own) : IClassFixture<OwnServer>, IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<string> _kinds = new();
    private DolibarrHost _host = null!;
    private ScriptedProvider _receiver = null!;
    private HostedDolibarr _acme = null!;
    private Instance _instance = null!;
    private InstanceVisitor _visitor = null!;
    private InstanceVisits _visits = null!;

    public async ValueTask InitializeAsync()
    {
        _clock.Freeze();
        _host = await DolibarrHost.CreateAsync(own.MariaDb);
        _receiver = await ScriptedProvider.StartAsync();
        _receiver.Map("/hook", ReceiveAsync);
        _acme = await _host.AddAsync("acme", entries: 2);
        _instance = new Instance(
            new InstanceDefinition
            {
                Name = "acme",
                Source = "the test",
                Options = new BridgeOptions
                {
                    Instance = "acme",
                    DolibarrConf = _acme.ConfPath,
                    StateDirectory = Path.Combine(_host.StateDirectory, "acme"),
                    Notify = new NotifyOptions { Webhook = new Uri($"{_receiver.BaseAddress}hook") },
                },
                Configuration = static () => new ConfigurationBuilder().Build(),
            },
            new InstanceComposer((services, _) => services.AddSingleton<TimeProvider>(_clock).AddLogging()),
            _clock
        );
        _visitor = new InstanceVisitor(_clock, NullLogger<InstanceVisitor>.Instance);
        _visits = new InstanceVisits(_instance, _clock.GetUtcNow());
    }

    public async ValueTask DisposeAsync()
    {
        _visits.Dispose();
        await _instance.DisposeAsync();
        await _receiver.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_database_that_becomes_read_only_is_told_once_and_so_is_its_end()
    {
        await VisitAsync();
        Assert.Null(_instance.State.Problem);
        await own.Server.SetReadOnlyAsync(true);
        try
        {
            await VisitAsync();
            await VisitAsync();

            Assert.Equal(["store_not_writable"], _kinds);
            Assert.Equal((true, 2), (_instance.State.IsDatabaseUp, _instance.State.Entries));
            Assert.Contains("read-only", _instance.State.Problem, StringComparison.Ordinal);
        }
        finally
        {
            await own.Server.SetReadOnlyAsync(false);
        }

        await VisitAsync();
        Assert.Equal(["store_not_writable", "store_writable"], _kinds);
        Assert.Null(_instance.State.Problem);
    }

    [Fact]
    public async Task A_row_that_is_locked_for_a_moment_makes_no_instance_broken()
    {
        await VisitAsync();
        await VisitAsync();
        await using var connection = await own.MariaDb.OpenAsync(_acme.Database);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "UPDATE llx_oauthbridge_v_status SET looked_by = 'another'";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await VisitAsync();

        Assert.Null(_instance.State.Problem);
        Assert.InRange(_visits.NextAt - _clock.GetUtcNow(), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await VisitAsync();
        Assert.Equal((null, _clock.GetUtcNow()), (_instance.State.Problem, _instance.State.LookedAt));
    }

    [Fact]
    public async Task A_problem_is_gone_with_its_cause()
    {
        await VisitAsync();
        await ExecuteAsync("RENAME TABLE llx_oauthbridge_grant TO hidden; CREATE VIEW llx_oauthbridge_grant AS SELECT 1 AS one");
        await ExecuteAsync("UPDATE llx_const SET value = 'other' WHERE name LIKE '%SCOPE'");
        await VisitAsync();
        Assert.NotNull(_instance.State.Problem);

        await ExecuteAsync("DROP VIEW llx_oauthbridge_grant; RENAME TABLE hidden TO llx_oauthbridge_grant");
        await VisitAsync();

        Assert.Null(_instance.State.Problem);
    }

    [Fact]
    public async Task A_webhook_that_hangs_makes_nobody_wait_for_a_look_and_what_came_meanwhile_is_told_after()
    {
        await VisitAsync();
        var (arrived, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        _receiver.Map(
            "/hook",
            async context =>
            {
                arrived.TrySetResult();
                await answer.Task;
                await ReceiveAsync(context);
            }
        );
        await DoubleAsync("Google-Mail0");
        await VisitAsync(); // tells of a second row
        await arrived.Task;

        await VisitAsync();
        Assert.Equal(_clock.GetUtcNow(), _instance.State.LookedAt);
        Assert.Equal(_clock.GetUtcNow().UtcDateTime, await LookedAtAsync(), TimeSpan.FromSeconds(1));
        Assert.Equal(_clock.GetUtcNow() + _visitor.Round, _visits.NextAt);
        await DoubleAsync("Google-Mail1");
        await VisitAsync(); // sees it, and may not tell yet
        Assert.Empty(_kinds);
        Assert.NotNull(_visits.Errands);
        Assert.False(await _instance.RestAsync()); // its services stay

        answer.SetResult();
        await _visits.Errands;
        Assert.True(_visitor.IsDue(_visits));
        await VisitAsync();
        Assert.Equal(["duplicate_rows", "duplicate_rows"], _kinds);
        Assert.Null(_visits.Errands);
    }

    private async Task VisitAsync()
    {
        _clock.Advance(_visitor.Round);
        await _visitor.VisitAsync(_visits, TestContext.Current.CancellationToken);
    }

    private Task ExecuteAsync(string sql) => own.MariaDb.ExecuteAsync(sql, _acme.Database, TestContext.Current.CancellationToken);

    private Task DoubleAsync(string service) =>
        ExecuteAsync(
            "INSERT INTO llx_oauth_token (service, token, entity) SELECT service, token, entity FROM llx_oauth_token "
                + $"WHERE service = '{service}'"
        );

    private Task<DateTime> LookedAtAsync() =>
        own.MariaDb.ScalarAsync<DateTime>(
            "SELECT MIN(looked_at) FROM llx_oauthbridge_v_status",
            _acme.Database,
            TestContext.Current.CancellationToken
        );

    private async Task ReceiveAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        _kinds.Enqueue(body.RootElement.GetProperty("kind").GetString()!);
    }
}
