// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using MySqlConnector;

namespace DolibarrOAuthBridge.Demo.Tests.Database;

public sealed class DolibarrInstallTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Conf_php_leads_php_to_the_database()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await using var install = await DolibarrInstall.CreateAsync(
            server,
            new()
            {
                Password = @"it's a \ pass",
                Prefix = "erp_",
                UrlRoot = new("https://erp.example.com/"),
            },
            Cancel
        );

        var seen = await PhpAsync(install.ConfPath);

        Assert.Equal(
            $"127.0.0.1|{server.Port}|dolibarr|dolibarr|it's a \\ pass|erp_|mysqli|https://erp.example.com|"
                + DolibarrInstallOptions.GoldenKey,
            seen
        );
        await using var connection = new MySqlConnection(server.ConnectionStringFor(install.User, install.Password, install.Database));
        await connection.OpenAsync(Cancel);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(install.ConfPath));
    }

    [Fact]
    public async Task Golden_tokens_are_readable_and_can_be_replaced()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await using var install = await DolibarrInstall.CreateAsync(server, cancellationToken: Cancel);
        var golden = await install.ReadTokenAsync("GOOGLE-Mail", cancellationToken: Cancel);
        var row = await install.FindTokenRowAsync("GOOGLE-Mail", cancellationToken: Cancel);

        await install.SetTokenAsync("GOOGLE-Mail", golden.WithRefreshToken("another"), cancellationToken: Cancel);

        var replaced = await install.FindTokenRowAsync("GOOGLE-Mail", cancellationToken: Cancel);
        Assert.Equal((row!.RowId, row.State), (replaced!.RowId, replaced.State));
        Assert.StartsWith("dolcrypt:AES-256-CTR:", replaced.Value, StringComparison.Ordinal);
        Assert.Equal(golden.WithRefreshToken("another"), await install.ReadTokenAsync("GOOGLE-Mail", cancellationToken: Cancel));
    }

    [Fact]
    public async Task What_a_provider_issued_becomes_a_new_row_with_another_expiry_if_wanted()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await using var install = await DolibarrInstall.CreateAsync(server, cancellationToken: Cancel);
        var past = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var issued = new IssuedTokens
        {
            AccessToken = "a",
            RefreshToken = "r",
            TokenType = "Bearer",
            Scope = "s1 s2",
            ExpiresAt = past.AddHours(1),
        };

        await install.SetTokenAsync("GITHUB-Dev", issued, past, entity: 2, Cancel);

        var extra = PhpArray.Empty.With("token_type", new PhpString("Bearer")).With("scope", new PhpString("s1 s2"));
        Assert.Equal(new StoredToken("a", "r", EndOfLife.At(past), extra), await install.ReadTokenAsync("GITHUB-Dev", 2, Cancel));
        Assert.Equal("GitHub-Dev", (await install.FindTokenRowAsync("GITHUB-Dev", 2, Cancel))!.Service);
        Assert.Equal("GitHub-Dev", (await install.FindTokenRowAsync("GITHUB-Dev", cancellationToken: Cancel))!.Service);
        Assert.Null(await install.FindTokenRowAsync("GITHUB-Dev", 3, Cancel));
    }

    [Fact]
    public async Task A_token_can_be_stored_in_the_clear_as_old_releases_do()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await using var install = await DolibarrInstall.CreateAsync(server, cancellationToken: Cancel);

        await install.SetTokenAsync(
            "GOOGLE-Mail",
            new StoredToken("a", null, EndOfLife.Never, PhpArray.Empty),
            form: StoredForm.Plain,
            cancellationToken: Cancel
        );

        Assert.StartsWith(
            "O:33:",
            (await install.FindTokenRowAsync("GOOGLE-Mail", cancellationToken: Cancel))!.Value,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Constants_are_set_as_dolibarr_sets_them()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await using var install = await DolibarrInstall.CreateAsync(server, cancellationToken: Cancel);
        Task<string?> Stored(string name, int entity = 1) =>
            server.ScalarAsync<string>(
                $"SELECT value FROM llx_const WHERE name = '{name}' AND entity = {entity}",
                install.Database,
                Cancel
            );

        await install.SetConstAsync("OAUTH_GOOGLE-Mail_ID", "new-id", cancellationToken: Cancel);
        await install.SetConstAsync("OAUTH_GOOGLE-Mail_SECRET", "new-secret", cancellationToken: Cancel);
        await install.SetConstAsync("OAUTHBRIDGE_API_KEY", "key", entity: 0, Cancel);
        await install.DeleteConstAsync("OAUTH_GOOGLE_ID", cancellationToken: Cancel);

        Assert.Equal("new-id", await Stored("OAUTH_GOOGLE-Mail_ID"));
        Assert.StartsWith("dolcrypt:", await Stored("OAUTH_GOOGLE-Mail_SECRET"), StringComparison.Ordinal);
        Assert.Equal("new-secret", install.Codec.DecryptText((await Stored("OAUTH_GOOGLE-Mail_SECRET"))!));
        Assert.StartsWith("dolcrypt:", await Stored("OAUTHBRIDGE_API_KEY", 0), StringComparison.Ordinal);
        Assert.Null(await Stored("OAUTH_GOOGLE_ID"));
    }

    [Fact]
    public async Task Conf_php_can_get_a_wrong_key_and_goes_away_in_the_end()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        var install = await DolibarrInstall.CreateAsync(
            server,
            new() { LoadGolden = false, MoreConf = ["$dolibarr_main_document_root='/srv/htdocs';"] },
            Cancel
        );

        await install.WriteConfAsync("another-key", Cancel);
        var conf = await File.ReadAllTextAsync(install.ConfPath, Cancel);
        await install.DisposeAsync();

        Assert.Contains("'another-key'", conf, StringComparison.Ordinal);
        Assert.EndsWith("$dolibarr_main_document_root='/srv/htdocs';\n", conf, StringComparison.Ordinal);
        Assert.DoesNotContain(DolibarrInstallOptions.GoldenKey, conf, StringComparison.Ordinal);
        Assert.False(Directory.Exists(install.DirectoryPath));
    }

    private static async Task<string> PhpAsync(string confPath)
    {
        const string Script = """
            include $argv[1];
            echo implode('|', [
                $dolibarr_main_db_host, $dolibarr_main_db_port, $dolibarr_main_db_name, $dolibarr_main_db_user, $dolibarr_main_db_pass,
                $dolibarr_main_db_prefix, $dolibarr_main_db_type, $dolibarr_main_url_root, $dolibarr_main_instance_unique_id
            ]);
            """;
        using var php = Process.Start(new ProcessStartInfo("php", ["-r", Script, confPath]) { RedirectStandardOutput = true })!;
        var seen = await php.StandardOutput.ReadToEndAsync(Cancel);
        await php.WaitForExitAsync(Cancel);
        return seen;
    }
}
