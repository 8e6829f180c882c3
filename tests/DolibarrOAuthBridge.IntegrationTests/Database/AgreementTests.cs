// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>"Needs a person" is the same for everybody who asks: the API, the metrics, the command line and plain SQL.</summary>
public sealed partial class AgreementTests(SharedServer shared)
{
    private static readonly int[] Entities = [1, 2];

    [Fact]
    public async Task The_api_the_metrics_the_command_line_and_sql_name_the_same_entries()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await SeedAsync(world);
        var sidecar = await world.ServeAsync();
        await world.Open().Get<StatusRecorder>().RecordAsync(null);

        var (api, commands) = (new List<string>(), new List<string>());
        foreach (var entity in Entities)
        {
            api.AddRange(Read(await sidecar.Client.GetStringAsync($"/v1/entries?entity={entity}")));
            commands.AddRange(Read((await world.RunAsync("entries", "--json", "--entity", $"{entity}")).Output));
        }

        var metrics = NeedsPerson()
            .Matches(await sidecar.Client.GetStringAsync("/metrics"))
            .Select(match => $"{match.Groups["entity"]} {match.Groups["entry"]} {match.Groups["value"]}");
        var sql = await world.QueryAsync("SELECT CONCAT(entity, ' ', entry, ' ', needs_person) FROM llx_oauthbridge_v_status");

        Assert.Equal(api.Order(StringComparer.Ordinal), commands.Order(StringComparer.Ordinal));
        Assert.Equal(api.Order(StringComparer.Ordinal), metrics.Order(StringComparer.Ordinal));
        Assert.Equal(api.Order(StringComparer.Ordinal), sql.Split('\n').Order(StringComparer.Ordinal));
        Assert.Superset(
            new HashSet<string>
            {
                "1 GOOGLE-Mail 1", // paused
                "1 GOOGLE-Valid 0",
                "1 GOOGLE-Ended 1", // no refresh token
                "1 GOOGLE-Twice 1",
                "1 GOOGLE-Broken 1",
                "1 GOOGLE-None 1",
                "1 GOOGLE-Login 0", // a sign-in needs no token
                "1 GENERIC-Unfinished 1", // no URL
                "2 GITHUB-Other 1",
            },
            api.ToHashSet(StringComparer.Ordinal)
        );
    }

    private static async Task SeedAsync(World world)
    {
        foreach (var entry in (string[])["GOOGLE-Valid", "GOOGLE-Ended", "GOOGLE-Twice", "GOOGLE-Broken", "GOOGLE-None", "GOOGLE-Login"])
        {
            await world.Install.SetConstAsync($"OAUTH_{entry}_ID", "id");
            await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", "canary");
        }

        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.GrantAsync(TimeSpan.FromHours(1), "GOOGLE-Valid");
        await world.GrantAsync(TimeSpan.FromHours(1), "GOOGLE-Twice");
        await world.Install.SetTokenAsync(
            "GOOGLE-Ended",
            new StoredToken("at-canary", null, EndOfLife.At(DateTimeOffset.UnixEpoch), PhpArray.Empty)
        );
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauth_token (service, token, entity)
            SELECT service, token, entity FROM llx_oauth_token WHERE service = 'Google-Twice';
            INSERT INTO llx_oauth_token (service, token, entity) VALUES ('Google-Broken', 'no token', 1);
            INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_GENERIC-Unfinished_ID', 'id', 1), ('OAUTH_GITHUB-Other_ID', 'id', 2);
            """
        );
        await world.RunAsync("pause", World.Entry);
    }

    private static IEnumerable<string> Read(string json) =>
        JsonDocument
            .Parse(json)
            .RootElement.GetProperty("entries")
            .EnumerateArray()
            .Select(entry =>
                $"{entry.GetProperty("entity")} {entry.GetProperty("entry")} {(entry.GetProperty("needs_person").GetBoolean() ? 1 : 0)}"
            );

    [GeneratedRegex(
        "^oauthbridge_entry_needs_person\\{(?=[^}]*\\bentity=\"(?<entity>\\d+)\")"
            + "(?=[^}]*\\bentry=\"(?<entry>[^\"]+)\")[^}]*\\} (?<value>[01])",
        RegexOptions.Multiline
    )]
    private static partial Regex NeedsPerson();
}
