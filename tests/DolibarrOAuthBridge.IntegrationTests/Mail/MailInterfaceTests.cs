// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Mail;

/// <summary>Checks of mail servers as callers see them: by the API of a running sidecar, and by the command line.</summary>
public sealed class MailInterfaceTests(SharedServer database, MailServers mail) : IAsyncLifetime
{
    private World _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await World.CreateAsync(database.Server);
        _world.Settings = new Dictionary<string, string?> { ["Bridge:MailCaFile"] = mail.Dovecot.AuthorityPath };
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task The_API_answers_ok_mechanism_and_steps()
    {
        var token = await mail.GrantAsync(_world);
        var sidecar = await _world.ServeAsync();

        var smtp = await PostAsync(
            sidecar,
            "smtp",
            new
            {
                host = "localhost",
                port = mail.Dovecot.SubmissionPort,
                security = "starttls",
                username = MailServers.Ada,
            }
        );
        var imap = await PostAsync(
            sidecar,
            "imap",
            new
            {
                host = "localhost",
                port = $"{mail.Dovecot.ImapsPort}",
                security = "tls",
                username = MailServers.Ada,
            }
        );

        Assert.Equal(
            (200, true, "XOAUTH2"),
            (smtp.Status, smtp.Json.GetProperty("ok").GetBoolean(), smtp.Json.GetProperty("mechanism").GetString())
        );
        Assert.Equal(
            (200, true, "XOAUTH2"),
            (imap.Status, imap.Json.GetProperty("ok").GetBoolean(), imap.Json.GetProperty("mechanism").GetString())
        );
        Assert.All(imap.Json.GetProperty("steps").EnumerateArray(), step =>
        {
            Assert.True(step.GetProperty("ok").GetBoolean());
            Assert.True(step.GetProperty("ms").GetInt64() >= 0);
            Assert.NotEmpty(step.GetProperty("name").GetString()!);
            Assert.NotEmpty(step.GetProperty("detail").GetString()!);
        });
        Assert.DoesNotContain(token, sidecar.Output + smtp.Json + imap.Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_checked_is_a_problem_with_a_code()
    {
        await mail.GrantAsync(_world);
        var sidecar = await _world.ServeAsync();

        (string Protocol, object Body, string Entry, int Status, string Code)[] wrong =
        [
            (
                "smtp",
                new
                {
                    host = "mail.example.com",
                    port = 25,
                    security = "none",
                },
                World.Entry,
                400,
                "invalid_request"
            ),
            (
                "smtp",
                new
                {
                    host = "192.0.2.1",
                    port = 25,
                    security = "none",
                    username = "ada@example.com",
                },
                World.Entry,
                400,
                "invalid_request"
            ),
            (
                "smtp",
                new
                {
                    host = "192.0.2.1",
                    port = 25,
                    security = "ssl",
                    username = "ada@example.com",
                },
                World.Entry,
                400,
                "invalid_request"
            ),
            (
                "imap",
                new
                {
                    host = "http://192.0.2.1/",
                    port = 143,
                    security = "tls",
                    username = "ada@example.com",
                },
                World.Entry,
                400,
                "invalid_request"
            ),
            ("imap", new { username = "ada\r\nx" }, World.Entry, 400, "invalid_request"),
            ("imap", new { port = "many", username = "ada" }, World.Entry, 400, "invalid_request"),
            ("smtp", new { username = "ada@example.com", send_to = "not an address" }, World.Entry, 400, "invalid_request"),
            ("smtp", new { username = "ada@example.com" }, "GOOGLE-Nobody", 404, "entry_not_found"),
        ];
        foreach (var (protocol, body, entry, status, code) in wrong)
        {
            var answer = await PostAsync(sidecar, protocol, body, entry);
            Assert.Equal((status, code), (answer.Status, answer.Json.GetProperty("code").GetString()));
        }
    }

    [Fact]
    public async Task The_command_line_shows_the_steps_and_ends_with_0_or_1_or_2()
    {
        await mail.GrantAsync(_world);
        string[] server = ["--host", "localhost", "--port", $"{mail.Dovecot.SubmissionPort}", "--security", "starttls"];

        var good = await _world.RunAsync(["check", "smtp", World.Entry, .. server, "--username", MailServers.Ada]);
        var bad = await _world.RunAsync(["check", "smtp", World.Entry, .. server, "--username", MailServers.Grace, "--json"]);
        var wrong = await _world.RunAsync(["check", "pop", World.Entry, .. server, "--username", MailServers.Ada]);
        var nameless = await _world.RunAsync(["check", "smtp", World.Entry, .. server]);

        Assert.True(good.ExitCode == 0, good.Output + good.Error);
        Assert.Contains("authenticate", good.Output, StringComparison.Ordinal);
        Assert.Equal(1, bad.ExitCode);
        Assert.Equal("token_refused", JsonDocument.Parse(bad.Output).RootElement.GetProperty("code").GetString());
        Assert.Equal((2, 2), (wrong.ExitCode, nameless.ExitCode));
    }

    private static async Task<(int Status, JsonElement Json)> PostAsync(
        Sidecar sidecar,
        string protocol,
        object body,
        string entry = World.Entry
    )
    {
        using var response = await sidecar.Client.PostAsync(
            new Uri($"/v1/entries/{entry}/check/{protocol}", UriKind.Relative),
            JsonContent.Create(body)
        );
        Assert.NotEqual(HttpStatusCode.InternalServerError, response.StatusCode);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
