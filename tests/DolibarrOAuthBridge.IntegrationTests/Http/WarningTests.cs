// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <summary>What Dolibarr does with an entry is read from its own settings.</summary>
public sealed class WarningTests(SharedServer shared)
{
    private const string Entry = "MICROSOFT-Shared";

    [Fact]
    public async Task The_mail_settings_and_the_collectors_tell_which_scopes_are_needed()
    {
        await using var world = await CreateAsync("https://outlook.office365.com/POP.AccessAsUser.All,offline_access");
        Assert.Empty(await CodesAsync(world));

        await world.Install.SetConstAsync("MAIN_MAIL_SMTPS_OAUTH_SERVICE_EMAILING", Entry);
        await CreateCollectorsAsync(world);
        Assert.Equal(["smtp_scope_missing"], await CodesAsync(world));
        await world.Install.SetConstAsync("MAIN_MAIL_SMTPS_OAUTH_SERVICE", Entry, entity: 0);
        await world.Install.SetConstAsync("MAIN_MAIL_SMTPS_OAUTH_SERVICE", World.Entry);
        // The company's own value counts.
        Assert.Contains("SERVICE_EMAILING", (await ReportAsync(world)).Warnings.Single().Message, StringComparison.Ordinal);

        await world.ExecuteAsync(
            "INSERT INTO llx_emailcollector_emailcollector (ref, entity, acces_type, oauth_service, status) "
                + $"VALUES ('Support', 1, 1, '{Entry}', 1), ('Off', 1, 1, '{World.Entry}', 0), ('Other', 2, 1, "
                + $"'{World.Entry}', 1)"
        );
        var report = await ReportAsync(world);
        Assert.Equal(["smtp_scope_missing", "imap_scope_missing"], report.Warnings.Select(warning => warning.Code));
        Assert.Contains("MAIN_MAIL_SMTPS_OAUTH_SERVICE_EMAILING", report.Warnings[0].Message, StringComparison.Ordinal);
        Assert.Contains("Support", report.Warnings[1].Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await CodesAsync(world, World.Entry), code => code.StartsWith("imap", StringComparison.Ordinal));

        await world.Install.SetConstAsync(
            $"OAUTH_{Entry}_SCOPE",
            "https://outlook.office365.com/SMTP.Send,https://outlook.office365.com/IMAP.AccessAsUser.All"
        );
        Assert.Empty(await CodesAsync(world));
    }

    [Fact]
    public async Task The_command_line_shows_each_with_its_code_in_json()
    {
        await using var world = await CreateAsync("User.Read,https://outlook.office365.com/SMTP.Send");

        var shown = await world.RunAsync("entries", "--json");

        var entry = JsonDocument
            .Parse(shown.Output)
            .RootElement.GetProperty("entries")
            .EnumerateArray()
            .Single(entry => entry.GetProperty("entry").GetString() == Entry);
        var warning = Assert.Single(entry.GetProperty("warnings").EnumerateArray());
        Assert.Equal("scopes_mixed", warning.GetProperty("code").GetString());
    }

    private static async Task<IEnumerable<string>> CodesAsync(World world, string entry = Entry) =>
        (await ReportAsync(world, entry)).Warnings.Select(warning => warning.Code);

    private static Task<EntryReport> ReportAsync(World world, string entry = Entry) => world.Open().Get<EntryReporter>().GetAsync(entry, 1);

    // Whoever installs the collectors' module later runs sql/grants.sql once more.
    private static async Task CreateCollectorsAsync(World world)
    {
        await world.ExecuteAsync(
            "CREATE TABLE llx_emailcollector_emailcollector (rowid integer AUTO_INCREMENT PRIMARY KEY, entity "
                + "integer DEFAULT 1 NOT NULL, ref varchar(128) NOT NULL, host varchar(255), acces_type integer "
                + "DEFAULT 0, oauth_service varchar(128), status integer NOT NULL)"
        );
        await world.UseSidecarAccountAsync();
    }

    private async Task<World> CreateAsync(string scopes)
    {
        // With Dolibarr's account: the test makes the table of collectors later than the grants of a narrower one.
        var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        await world.Install.SetConstAsync($"OAUTH_{Entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{Entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{Entry}_TENANT", "contoso.example");
        await world.Install.SetConstAsync($"OAUTH_{Entry}_SCOPE", scopes);
        return world;
    }
}
