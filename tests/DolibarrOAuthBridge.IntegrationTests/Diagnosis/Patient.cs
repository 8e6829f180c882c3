// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Diagnosis;

/// <summary>A healthy Dolibarr with one entry, which a test then makes ill.</summary>
internal static class Patient
{
    public static async Task<World> CreateAsync(IScratchDatabase server, DolibarrInstallOptions? options = null)
    {
        var world = await World.CreateBareAsync(server, options);
        await world.ExecuteAsync(
            """
            DELETE FROM llx_const WHERE name LIKE 'OAUTH%' AND name NOT LIKE 'OAUTH_GOOGLE-Mail_%';
            DELETE FROM llx_oauth_token WHERE service <> 'Google-Mail';
            INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_MODULE_OAUTHBRIDGE', '1', 1);
            CREATE TABLE llx_emailcollector_emailcollector (rowid integer AUTO_INCREMENT PRIMARY KEY,
            entity integer DEFAULT 1, ref varchar(128), host varchar(255),
                acces_type integer DEFAULT 0, oauth_service varchar(128), status integer DEFAULT 1);
            """
        );
        await world.UseSidecarAccountAsync();
        await world.Install.SetConstAsync("OAUTHBRIDGE_API_KEY", Guid.NewGuid().ToString("N"));
        await world.GrantAsync(TimeSpan.FromHours(1));
        return world;
    }

    public static Task<IReadOnlyList<Finding>> ExamineAsync(World world, bool offline = true, string? sidecar = null) =>
        world.Open().Get<Doctor>().ExamineAsync(offline, sidecar);

    /// <summary>The finding with a code; its absence tells what was found instead.</summary>
    public static Finding Expect(IReadOnlyList<Finding> findings, string code, string severity)
    {
        var found = findings.FirstOrDefault(finding => finding.Code == code);
        Assert.True(found is not null, $"{code} was not found, but: {string.Join("; ", findings)}");
        Assert.Equal(severity, found.Severity);
        Assert.All(findings, finding =>
        {
            Assert.NotEmpty(finding.Subject);
            Assert.NotEmpty(finding.Evidence);
            Assert.NotEmpty(finding.Advice);
            Assert.DoesNotContain("the message", finding.Advice, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("canary", finding.ToString(), StringComparison.Ordinal);
        });
        return found;
    }
}
