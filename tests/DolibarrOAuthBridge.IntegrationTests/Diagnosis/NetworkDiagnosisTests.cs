// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Keys;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.IntegrationTests.Diagnosis;

/// <summary>What the doctor finds outside the database: clocks, providers, the running sidecar.</summary>
public sealed class NetworkDiagnosisTests(SharedServer shared, OwnServer own) : IClassFixture<OwnServer>
{
    [Theory]
    [InlineData(30, "warning")]
    [InlineData(120, "error")]
    [InlineData(-120, "error")]
    public async Task Finds_clocks_that_differ(int seconds, string severity)
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        world.Clock.Advance(TimeSpan.FromSeconds(seconds));

        var findings = await Patient.ExamineAsync(world, offline: false, sidecar: Nobody);

        Patient.Expect(findings, "clock_off_database", severity);
        Patient.Expect(findings, "clock_off_provider", severity);
    }

    [Fact]
    public async Task Finds_a_provider_that_cannot_be_reached_and_no_other_when_offline()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?> { ["Providers:Google:TokenEndpoint"] = $"{Nobody}/token" };

        Patient.Expect(await Patient.ExamineAsync(world, offline: false, sidecar: Nobody), "provider_unreachable", Severity.Error);
        Assert.Empty(await Patient.ExamineAsync(world));
    }

    [Fact]
    public async Task Finds_a_provider_that_fails()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        world.Authority.Always = static context =>
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return Task.CompletedTask;
        };

        Patient.Expect(await Patient.ExamineAsync(world, offline: false, sidecar: Nobody), "provider_unreachable", Severity.Warning);
    }

    [Fact]
    public async Task Finds_an_endpoint_that_cannot_be_used()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?> { ["Providers:Google:TokenEndpoint"] = "http://elsewhere.example/token" };

        Patient.Expect(await Patient.ExamineAsync(world, offline: false, sidecar: Nobody), "provider_endpoint_unusable", Severity.Error);
    }

    [Fact]
    public async Task Finds_a_sidecar_that_does_not_run_where_the_module_looks()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.Install.SetConstAsync("OAUTHBRIDGE_ADDRESS", "unix:/nowhere/bridge.sock");

        var finding = Patient.Expect(await Patient.ExamineAsync(world, offline: false), "sidecar_unreachable", Severity.Warning);

        Assert.Equal("sidecar at unix:/nowhere/bridge.sock", finding.Subject);
    }

    [Fact]
    public async Task Looks_at_the_usual_places_where_the_module_is_told_to()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.Install.SetConstAsync("OAUTHBRIDGE_ADDRESS", "auto");

        var findings = await Patient.ExamineAsync(world, offline: false);

        Assert.DoesNotContain(findings, finding => finding.Subject == "sidecar at auto");
    }

    [Fact]
    public async Task Finds_a_healthy_sidecar_on_its_socket()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        var socket = Path.Combine(world.StateDirectory, "s");
        await world.ServeAsync(null, "--socket", socket);

        Assert.Empty(await Patient.ExamineAsync(world, offline: false, sidecar: socket));
    }

    [Fact]
    public async Task Finds_a_sidecar_of_another_dolibarr()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await using var other = await Patient.CreateAsync(shared.Server);
        var sidecar = await other.ServeAsync();

        Patient.Expect(
            await Patient.ExamineAsync(world, offline: false, sidecar: sidecar.Address.AbsoluteUri),
            "sidecar_of_another_instance",
            Severity.Error
        );
    }

    [Fact]
    public async Task Finds_a_sidecar_of_another_version()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await using var old = await ScriptedProvider.StartAsync();
        await world.Install.SetConstAsync(ApiKeys.Constant, "the key");
        old.Map("/readyz", static _ => Task.CompletedTask);
        old.Map("/v1/identity", context => context.Response.WriteAsync(Proof("the key", context)));
        old.Map("/v1/version", static context => context.Response.WriteAsync("""{"version":"0.0.1"}"""));

        var finding = Patient.Expect(
            await Patient.ExamineAsync(world, offline: false, sidecar: old.Endpoint("/").AbsoluteUri),
            "sidecar_version",
            Severity.Warning
        );

        Assert.Contains("0.0.1", finding.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "{\"proof\":\"none\"}")]
    [InlineData(200, "{\"proof\":1}")]
    [InlineData(200, "no JSON")]
    [InlineData(503, "{\"code\":\"store_unavailable\"}")]
    public async Task A_program_that_proves_nothing_is_not_sent_the_key(int status, string body)
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await using var impostor = await ScriptedProvider.StartAsync();
        var asked = 0;
        impostor.Map("/readyz", static _ => Task.CompletedTask);
        impostor.Map("/v1/identity", context =>
        {
            asked += context.Request.Headers.Authorization.Count == 0 ? 1 : 100;
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        impostor.Map("/v1/version", _ =>
        {
            asked += 100;
            return Task.CompletedTask;
        });

        var findings = await Patient.ExamineAsync(world, offline: false, sidecar: impostor.Endpoint("/").AbsoluteUri);

        Patient.Expect(findings, "sidecar_of_another_instance", Severity.Error);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Finds_a_read_only_server_and_a_sidecar_without_its_database()
    {
        await using var world = await Patient.CreateAsync(own.Server);
        await using var lost = await ScriptedProvider.StartAsync();
        lost.Map("/readyz", static context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        await own.Server.SetReadOnlyAsync(true);
        try
        {
            var findings = await Patient.ExamineAsync(world, offline: false, sidecar: lost.Endpoint("/").AbsoluteUri);

            Patient.Expect(findings, "database_read_only", Severity.Error);
            Patient.Expect(findings, "sidecar_not_ready", Severity.Error);
            Assert.DoesNotContain(findings, finding => finding.Code == "privilege_missing");
        }
        finally
        {
            await own.Server.SetReadOnlyAsync(false);
        }
    }

    private static string Proof(string key, HttpContext context) =>
        $$"""{"proof":"{{IdentityProof.Of(key, context.Request.Query["nonce"].ToString(), 1)}}"}""";

    private static string Nobody { get; } = $"http://127.0.0.1:{FreePort.Find()}";
}
