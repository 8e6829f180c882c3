// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

/// <summary>Not a test: a Dolibarr with the module to look at and to work on, until the file that names its address is deleted.</summary>
[Collection(AcceptanceCollection.Name)]
public sealed class Playground(AcceptanceStage stage)
{
    [Fact(Explicit = true)]
    public async Task A_dolibarr_runs_until_its_note_is_deleted()
    {
        Directory.CreateDirectory(DolibarrSource.Artifacts);
        var note = Path.Combine(DolibarrSource.Artifacts, "playground.txt");
        await File.WriteAllTextAsync(
            note,
            $"""
            {stage.Site.BaseAddress} admin {stage.Site.AdminPassword}
            htdocs {stage.Site.Root}
            provider {stage.Provider?.BaseAddress}
            sidecar {stage.Sidecar?.BaseAddress}

            """
        );
        while (File.Exists(note))
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }
}
