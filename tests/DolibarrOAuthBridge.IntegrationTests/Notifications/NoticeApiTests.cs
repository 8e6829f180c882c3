// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Notifications;

namespace DolibarrOAuthBridge.IntegrationTests.Notifications;

/// <summary><c>GET /v1/events</c> and <c>GET /v1/entries/{entry}/history</c>.</summary>
public sealed class NoticeApiTests(SharedServer shared)
{
    [Fact]
    public async Task The_history_tells_newest_first_what_happened_to_a_grant()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();
        await sidecar.TokenAsync();
        world.Authority.Next(Authority.Error("invalid_grant"));
        using var refresh = await sidecar.Client.PostAsync(
            new Uri("/v1/entries/GOOGLE-Mail/token/refresh", UriKind.Relative),
            null,
            TestContext.Current.CancellationToken
        );

        var history = await JsonAsync(sidecar, "/v1/entries/GOOGLE-Mail/history");
        var limited = await JsonAsync(sidecar, "/v1/entries/Google-Mail/history?limit=1");

        var events = history.GetProperty("events").EnumerateArray().ToList();
        Assert.Equal(["at", "kind", "outcome", "detail"], events[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal(["consent_required", "refreshed"], events.Select(one => one.GetProperty("kind").GetString()));
        Assert.Equal(["failed", "ok"], events.Select(one => one.GetProperty("outcome").GetString()));
        Assert.True(events[0].GetProperty("at").GetDateTimeOffset() >= events[1].GetProperty("at").GetDateTimeOffset());
        Assert.Single(limited.GetProperty("events").EnumerateArray());
        Assert.Equal((404, "entry_not_found"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/entries/GOOGLE-Nobody/history"));
        Assert.Equal((400, "invalid_request"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/entries/GOOGLE-Mail/history?limit=0"));
    }

    [Fact]
    public async Task The_module_tells_of_an_impostor_and_of_nothing_else()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();

        Assert.Equal(204, await PostAsync(sidecar, """{"kind":"impostor"}"""));
        Assert.Equal(400, await PostAsync(sidecar, """{"kind":"grant_ended"}"""));
        Assert.Equal(400, await PostAsync(sidecar, "{}"));

        var told = await JsonAsync(sidecar, "/v1/events?wait=30");
        Assert.Equal("impostor", told.GetProperty("events")[0].GetProperty("kind").GetString());

        static async Task<int> PostAsync(Sidecar sidecar, string body)
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var answer = await sidecar.Client.PostAsync(
                new Uri("/v1/events", UriKind.Relative),
                content,
                TestContext.Current.CancellationToken
            );
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task Events_are_those_after_a_number_of_the_company_and_of_the_instance()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<NoticeTable>();
        await AddAsync(table, entity: 1, "GOOGLE-Mail");
        await AddAsync(table, entity: 2, "GOOGLE-Other");
        await AddAsync(table, entity: 0, string.Empty);
        var sidecar = await world.ServeAsync();

        var all = await JsonAsync(sidecar, "/v1/events");
        var rest = await JsonAsync(sidecar, "/v1/events?after=1&wait=30");
        var none = await JsonAsync(sidecar, "/v1/events?after=3");
        var restored = await JsonAsync(sidecar, "/v1/events?after=900");

        Assert.Equal(
            ["id", "at", "kind", "entry", "entity", "severity", "message", "advice"],
            all.GetProperty("events")[0].EnumerateObject().Select(member => member.Name)
        );
        Assert.Equal([1, 3], all.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("id").GetInt64()));
        Assert.Equal([3], rest.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("id").GetInt64()));
        Assert.Equal((3, 3), (all.GetProperty("last").GetInt64(), rest.GetProperty("last").GetInt64()));
        Assert.Equal((0, 3), (none.GetProperty("events").GetArrayLength(), none.GetProperty("last").GetInt64()));
        Assert.Equal(3, restored.GetProperty("last").GetInt64());
        Assert.Equal((400, "invalid_request"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/events?wait=61"));
        Assert.Equal((400, "invalid_request"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/events?after=-1"));
    }

    [Fact]
    public async Task A_wait_for_events_ends_with_the_first_one_of_any_sidecar()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();

        var waiting = JsonAsync(sidecar, "/v1/events?after=0&wait=60");
        await AddAsync(world.Open().Get<NoticeTable>(), entity: 1, "GOOGLE-Mail");

        Assert.Equal("test", (await waiting).GetProperty("events")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_sidecar_that_stops_answers_those_who_wait_for_events()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();
        var waiting = JsonAsync(sidecar, "/v1/events?after=7&wait=60");
        await sidecar.StatusAsync("/healthz");

        sidecar.Terminate();

        Assert.Equal(0, await sidecar.ExitAsync());
        Assert.Equal(7, (await waiting).GetProperty("last").GetInt64());
    }

    [Fact]
    public async Task Notices_that_sidecars_add_at_the_same_time_get_numbers_without_a_gap()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var tables = new[] { world.Open().Get<NoticeTable>(), world.Open().Get<NoticeTable>() };

        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => AddAsync(tables[index % 2], entity: 1, $"GENERIC-{index}")));

        Assert.Equal(Enumerable.Range(1, 8).Select(number => (long)number), added.Select(notice => notice!.Id).Order());
    }

    private static Task<Notice?> AddAsync(NoticeTable table, int entity, string entry) =>
        table.AddAsync(
            new NoticeDraft(NoticeKind.Test, NoticeSeverity.Info, entity, entry, "A test.", string.Empty),
            cancellationToken: TestContext.Current.CancellationToken
        );

    private static async Task<JsonElement> JsonAsync(Sidecar sidecar, string path) =>
        JsonDocument.Parse(await sidecar.Client.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;
}
