// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Provider;

namespace DolibarrOAuthBridge.Demo.Story;

/// <summary>The demo from curtain to curtain. What it starts is gone when it ends, however it ends.</summary>
public static class DemoStory
{
    private static readonly StandInClient Microsoft = new()
    {
        ClientId = TokenStory.ClientId,
        ClientSecret = "ms~secret~value.é",
        Scopes = ["email", "https://outlook.office365.com/SMTP.Send", "https://outlook.office365.com/IMAP.AccessAsUser.All"],
    };

    /// <summary>Plays the demo.</summary>
    /// <param name="narrator">Tells it.</param>
    /// <param name="keep">Whether everything is left running until a key is pressed.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <returns>The exit status.</returns>
    public static Task<int> PlayAsync(Narrator narrator, bool keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(narrator);
        return narrator.PlayAsync(async () =>
        {
            var stage = new Stage();
            await using (stage)
            {
                await SetAsync(stage, narrator, cancellationToken);
                await new TokenStory(stage, narrator).PlayAsync(cancellationToken);
                await new ConsentStory(stage, narrator).PlayAsync(cancellationToken);
                await new MailStory(stage, narrator).PlayAsync(cancellationToken);
                if (keep)
                {
                    await KeepAsync(stage, narrator, cancellationToken);
                }
            }
        });
    }

    private static async Task SetAsync(Stage stage, Narrator narrator, CancellationToken cancellationToken)
    {
        narrator.Chapter("The stage");
        await narrator.StepAsync("A throw-away MariaDB with rows that Dolibarr 22.0.4 wrote", () =>
            stage.StartDatabaseAsync(cancellationToken)
        );
        await narrator.StepAsync("A stand-in identity provider with rotating refresh tokens", () =>
            stage.StartProviderAsync([Microsoft, ConsentStory.Client], cancellationToken)
        );
        await narrator.StepAsync("A mail server that asks the provider about tokens", () => stage.StartMailAsync(cancellationToken));
        stage.PrepareBridge([
            $"--Providers:Microsoft:TokenEndpoint={stage.Provider.Endpoint("oauth/token")}",
            $"--Bridge:MailCaFile={stage.Mail.AuthorityPath}",
        ]);
        await narrator.StepAsync("The sidecar, pointed at conf.php", () => stage.StartServerAsync(cancellationToken));
        narrator.Chapter("dolibarr-oauth-bridge entries");
        narrator.Show(await stage.RunAsync(["entries"], cancellationToken));
    }

    private static async Task KeepAsync(Stage stage, Narrator narrator, CancellationToken cancellationToken)
    {
        narrator.Chapter("Still running; Ctrl-C ends it");
        narrator.Show(
            $"""
            curl -H 'Authorization: Bearer {stage.ApiKey}' {stage.Server.BaseAddress}v1/entries
            curl -H 'Authorization: Bearer {stage.ApiKey}' {stage.Server.BaseAddress}v1/entries/{TokenStory.Entry}/token
            dolibarr-oauth-bridge entries --dolibarr-conf {stage.Dolibarr.ConfPath}
            The provider's pages: {stage.Provider.BaseAddress}
            """
        );
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return; // that is how it is meant to end
        }
    }
}
