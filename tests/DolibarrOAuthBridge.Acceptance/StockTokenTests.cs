// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Acceptance.Support;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Provider;

namespace DolibarrOAuthBridge.Acceptance;

/// <summary>Dolibarr's own code and the bridge share the rows of <c>llx_oauth_token</c>: what one writes, the other reads.</summary>
[Collection(AcceptanceCollection.Name)]
[Trait(Feature.Name, Feature.Stock)]
public sealed class StockTokenTests(AcceptanceStage stage)
{
    private const string Unreadable = "unreadable";

    [AcceptanceFact]
    public async Task Dolibarr_reads_what_the_bridge_wrote()
    {
        await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Stock);

        Assert.Equal(await RefreshAsync(), await StockAsync("read"));
    }

    [AcceptanceFact]
    public async Task The_bridge_reads_and_renews_what_dolibarr_wrote()
    {
        var issued = await IssueAsync();
        Assert.Equal("done", await StockAsync("write", issued.AccessToken, issued.RefreshToken!));

        Assert.Equal(issued.AccessToken, await TokenAsync());
        var renewed = await RefreshAsync();
        Assert.DoesNotContain(issued.AccessToken, renewed, StringComparison.Ordinal);
        Assert.Equal(renewed, await StockAsync("read"));
    }

    [AcceptanceFact]
    public async Task Both_read_what_an_older_key_of_the_list_wrote_and_a_renewal_stays_readable()
    {
        SkipUnlessKeyIsList();
        var issued = await WriteUnderAsync(DolibarrInstallOptions.GoldenKey);

        Assert.Equal($"{issued.AccessToken}\n{issued.RefreshToken}", await StockAsync("read"));
        Assert.Equal(issued.AccessToken, await TokenAsync());
        Assert.Equal(await RefreshAsync(), await StockAsync("read"));
    }

    [AcceptanceFact]
    public async Task What_23_wrote_under_the_whole_key_is_named_and_readable_to_dolibarr_again_after_a_renewal()
    {
        SkipUnlessKeyIsList();
        var issued = await WriteUnderAsync(DolibarrSite.Key);

        Assert.Equal(Unreadable, await StockAsync("read"));
        var doctor = await stage.Bridge.RunAsync(["doctor", "--offline"]);
        Assert.Contains("value_of_older_release", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("(Microsoft-Stock)", doctor.Output, StringComparison.Ordinal);
        Assert.Equal(issued.AccessToken, await TokenAsync());
        Assert.Equal(await RefreshAsync(), await StockAsync("read"));
        Assert.DoesNotContain(
            "value_of_older_release",
            (await stage.Bridge.RunAsync(["doctor", "--offline"])).Output,
            StringComparison.Ordinal
        );
    }

    private static void SkipUnlessKeyIsList() =>
        Assert.SkipUnless(DolibarrSource.TakesKeyForList, "To this release the whole string is the key.");

    private Task<IssuedTokens> IssueAsync() => TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Stock);

    private async Task<IssuedTokens> WriteUnderAsync(string key)
    {
        var issued = await IssueAsync();
        Assert.Equal("done", await StockAsync("write", issued.AccessToken, issued.RefreshToken!));
        Assert.Equal("done", await StockAsync("under", key));
        return issued;
    }

    /// <summary>Renews by the bridge; what is in the row then, as the script prints it.</summary>
    private async Task<string> RefreshAsync()
    {
        var refresh = await stage.Bridge.RunAsync(["refresh", TestEntries.Stock]);
        Assert.True(refresh.ExitStatus == 0, refresh.Error);
        var token = await stage.Site.Install.ReadTokenAsync(TestEntries.Stock);
        return $"{token.AccessToken}\n{token.RefreshToken}";
    }

    private async Task<string> TokenAsync()
    {
        var token = await stage.Bridge.RunAsync(["token", TestEntries.Stock]);
        Assert.True(token.ExitStatus == 0, token.Error);
        return token.Output.Trim();
    }

    private async Task<string> StockAsync(string action, params string[] arguments) =>
        (await stage.Site.RunPhpAsync("stock_token.php", [action, "Microsoft", "Stock", .. arguments])).Trim();
}
