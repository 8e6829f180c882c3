// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Story;

/// <summary>A row with an expired token becomes a fresh access token, once, and stock PHP reads the row.</summary>
public sealed class TokenStory(Stage stage, Narrator narrator)
{
    /// <summary>The entry that is played with.</summary>
    public const string Entry = "MICROSOFT-Office";

    /// <summary>Its client at the provider: what Dolibarr's rows say.</summary>
    public const string ClientId = "11111111-2222-3333-4444-555555555555";

    private const string Scopes =
        "https://outlook.office365.com/SMTP.Send https://outlook.office365.com/IMAP.AccessAsUser.All email offline_access";
    private const int Callers = 100;
    private static readonly DateTimeOffset LongAgo = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Plays the chapter.</summary>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        narrator.Chapter("An expired token becomes a fresh one");
        await ExpireAsync(cancellationToken);
        narrator.Show(await stage.RunAsync(["inspect", Entry], cancellationToken));
        var before = (await stage.Dolibarr.FindTokenRowAsync(Entry, cancellationToken: cancellationToken))!.Value!;
        await narrator.StepAsync($"GET /v1/entries/{Entry}/token", async () =>
        {
            var answer = await stage.CallAsync(HttpMethod.Get, $"/v1/entries/{Entry}/token", cancellationToken);
            Narrator.Require(
                stage.Provider.Requests.RefreshCount == 1,
                $"The provider saw {stage.Provider.Requests.RefreshCount} refreshes instead of one."
            );
            return $"a token for {answer.GetProperty("expires_in").GetInt64()} seconds, one refresh at the provider";
        });
        narrator.Show(await stage.RunAsync(["inspect", Entry], cancellationToken));
        await narrator.StepAsync("The row", async () =>
        {
            var after = (await stage.Dolibarr.FindTokenRowAsync(Entry, cancellationToken: cancellationToken))!.Value!;
            Narrator.Require(after != before, "It is as it was.");
            return $"{Shorten(before)} became {Shorten(after)}";
        });
        await narrator.StepAsync("PHP reads the row back with openssl_decrypt and unserialize", ReadWithPhpAsync(cancellationToken));
        await PlayCrowdAsync(cancellationToken);
    }

    private async Task PlayCrowdAsync(CancellationToken cancellationToken)
    {
        narrator.Chapter($"{Callers} callers, one refresh");
        await ExpireAsync(cancellationToken);
        await narrator.StepAsync($"{Callers} parallel clients ask for the expired token", async () =>
        {
            var answers = await Task.WhenAll(
                Enumerable.Range(0, Callers).Select(_ => stage.CallAsync(HttpMethod.Get, $"/v1/entries/{Entry}/token", cancellationToken))
            );
            var distinct = answers
                .Select(answer => answer.GetProperty("access_token").GetString())
                .Distinct(StringComparer.Ordinal)
                .Count();
            Narrator.Require(distinct == 1, $"They got {distinct} different tokens.");
            Narrator.Require(
                stage.Provider.Requests.RefreshCount == 1,
                $"The provider saw {stage.Provider.Requests.RefreshCount} refreshes instead of one."
            );
            return "all got the same fresh token, and the provider saw one refresh";
        });
    }

    private Task ExpireAsync(CancellationToken cancellationToken) =>
        narrator.StepAsync($"{Entry} has a token that expired on {LongAgo:yyyy-MM-dd}", async () =>
        {
            var tokens = await stage.Provider.IssueAsync(ClientId, null, Scopes, cancellationToken);
            await stage.Dolibarr.SetTokenAsync(Entry, tokens, LongAgo, cancellationToken: cancellationToken);
            stage.Provider.Requests.Clear();
            return "its refresh token is good for one use";
        });

    private Func<Task<string>> ReadWithPhpAsync(CancellationToken cancellationToken) =>
        async () =>
        {
            var row = await stage.Dolibarr.FindTokenRowAsync(Entry, cancellationToken: cancellationToken);
            var script = Path.Combine(AppContext.BaseDirectory, "php", "read_token.php");
            return (
                await Command.RunAsync("php", [script, row!.Value!, Database.DolibarrInstallOptions.GoldenKey], cancellationToken)
            ).Trim();
        };

    private static string Shorten(string value) => value.Length <= 52 ? value : value[..52] + "…";
}
