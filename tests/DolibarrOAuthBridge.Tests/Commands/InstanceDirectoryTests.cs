// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Commands;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace DolibarrOAuthBridge.Tests.Commands;

/// <summary>Which instances a configuration names, and with which settings.</summary>
public sealed class InstanceDirectoryTests
{
    [Theory]
    [InlineData("acme", true)]
    [InlineData("a-1", true)]
    [InlineData("0123456789012345678901234567890123456789", true)]
    [InlineData("01234567890123456789012345678901234567890", false)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("ACME", false)]
    [InlineData("acme\n", false)]
    public void A_name_is_of_small_letters_digits_and_hyphens(string name, bool isValid) =>
        Assert.Equal(isValid, InstanceName.IsValid(name));

    [Fact]
    public void A_directory_that_cannot_be_read_is_wrong_usage()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Bridge:InstancesDirectory", "/nowhere/instances")])
            .Build();

        var wrong = Assert.Throws<UsageException>(() => BridgeConfiguration.Instances(configuration, "/state"));

        Assert.Contains("Bridge:InstancesDirectory", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_instance_has_its_own_state_directory_and_the_settings_of_the_process_unless_it_has_its_own()
    {
        var acme = Assert.Single(
            Read(
                ("Bridge:MinTtl", "120"),
                ("Bridge:RenewAhead", "600"),
                ("Instances:acme:DolibarrConf", "/srv/acme/conf.php"),
                ("Instances:acme:MinTtl", "30")
            ).Definitions
        );

        Assert.Equal("/state/acme", acme.Options.StateDirectory);
        Assert.Equal("acme", acme.Options.Instance);
        Assert.Equal((30, 600), (acme.Options.MinTtl.TotalSeconds, acme.Options.RenewAhead.TotalSeconds));
    }

    [Fact]
    public void Settings_of_entries_and_ways_to_be_told_do_not_mix()
    {
        var acme = Assert.Single(
            Read(
                ("Entries:GOOGLE-Mail:Certificate", "/etc/others.pem"),
                ("Bridge:Notify:WebhookSecretFile", "/etc/others-secret"),
                ("Providers:Google:TokenEndpoint", "https://proxy.example/token"),
                ("Instances:acme:DolibarrConf", "/srv/acme/conf.php"),
                ("Instances:acme:Notify:Webhook", "https://acme.example/hook")
            ).Definitions
        );

        var configuration = acme.Configuration();
        Assert.Null(configuration["Entries:GOOGLE-Mail:Certificate"]);
        Assert.Equal("https://proxy.example/token", configuration["Providers:Google:TokenEndpoint"]);
        Assert.Empty(acme.Options.Notify.WebhookSecretFile);
        Assert.Equal("https://acme.example/hook", acme.Options.Notify.Webhook?.AbsoluteUri);
    }

    [Fact]
    public void What_is_wrong_with_one_keeps_the_others()
    {
        var catalogue = Read(
            ("Instances:good:DolibarrConf", "/srv/good/conf.php"),
            ("Instances:..:DolibarrConf", "/srv/up/conf.php"),
            ("Instances:no-conf:MinTtl", "60"),
            ("Instances:typo:DolibarrConf", "/srv/typo/conf.php"),
            ("Instances:typo:MinTttl", "60"),
            ("Instances:state:DolibarrConf", "/srv/state/conf.php"),
            ("Instances:state:StateDirectory", "/tmp")
        );

        Assert.Equal("good", Assert.Single(catalogue.Definitions).Name);
        Assert.Equal(["..", "no-conf", "state", "typo"], catalogue.Problems.Select(problem => problem.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Two_instances_do_not_share_a_socket()
    {
        var catalogue = Read(
            ("Instances:a:DolibarrConf", "/srv/a/conf.php"),
            ("Instances:a:Socket", "/run/one.sock"),
            ("Instances:b:DolibarrConf", "/srv/b/conf.php"),
            ("Instances:b:Socket", "/run/../run/one.sock")
        );

        Assert.Equal("a", Assert.Single(catalogue.Definitions).Name);
        Assert.Contains("the socket of a", Assert.Single(catalogue.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DatabaseUser")]
    [InlineData("DatabasePasswordFile")]
    public void An_account_of_its_own_leaves_the_authorities_and_authorities_leave_the_account(string setting)
    {
        var file = typeof(InstanceDirectoryTests).Assembly.Location; // any file that is there
        var account = Assert
            .Single(
                Read(
                    ("Bridge:DatabaseCa", file),
                    ("Bridge:DatabaseUser", "all"),
                    ("Bridge:DatabasePasswordFile", "/etc/all"),
                    ("Instances:acme:DolibarrConf", "/srv/acme/conf.php"),
                    ($"Instances:acme:{setting}", "own")
                ).Definitions
            )
            .Options;
        Assert.Equal((file, false), (account.DatabaseCa, account.IsDatabaseUserOfAll));
        Assert.Equal("own", account.DatabaseUser + account.DatabasePasswordFile); // nothing of the other account

        var authorities = Assert
            .Single(
                Read(
                    ("Bridge:DatabaseUser", "all"),
                    ("Bridge:DatabasePasswordFile", "/etc/all"),
                    ("Instances:acme:DolibarrConf", "/srv/acme/conf.php"),
                    ("Instances:acme:DatabaseCa", "none")
                ).Definitions
            )
            .Options;
        Assert.Equal(("none", "all", "/etc/all"), (authorities.DatabaseCa, authorities.DatabaseUser, authorities.DatabasePasswordFile));
        Assert.True(authorities.IsDatabaseUserOfAll);
    }

    [Fact]
    public void The_account_of_all_instances_is_for_no_server_that_others_than_the_operator_choose()
    {
        var ofAll = new BridgeOptions { DatabaseUser = "all", IsDatabaseUserOfAll = true };

        var refused = Assert.Throws<SidecarAccountException>(() => SidecarAccount.Apply(Make.Conf(), ofAll));

        Assert.Contains("conf.php", refused.Message, StringComparison.Ordinal);
        Assert.Equal("all", SidecarAccount.Apply(Make.Conf() with { IsOfOperator = true }, ofAll).DbUser);
        Assert.Equal("all", SidecarAccount.Apply(Make.Conf(), ofAll with { IsDatabaseUserOfAll = false }).DbUser);
    }

    [Fact]
    public void A_file_with_what_is_no_path_or_no_text_keeps_the_others()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "good.json"), """{ "DolibarrConf": "/srv/good/conf.php" }""");
            File.WriteAllText(Path.Combine(directory.FullName, "zero.json"), """{ "DolibarrConf": "/srv/\u0000x" }""");
            File.WriteAllText(Path.Combine(directory.FullName, "half.json"), """{ "DolibarrConf": "\ud800" }""");

            var catalogue = Read(("Bridge:InstancesDirectory", directory.FullName));

            Assert.Equal("good", Assert.Single(catalogue.Definitions).Name);
            Assert.Equal(["half", "zero"], catalogue.Problems.Select(problem => problem.Name).Order(StringComparer.Ordinal));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static InstanceCatalogue Read(params (string Key, string Value)[] settings) =>
        BridgeConfiguration.Instances(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
                .Build(),
            "/state"
        );
}
