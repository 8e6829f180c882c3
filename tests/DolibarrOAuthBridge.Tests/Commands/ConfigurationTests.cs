// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Commands;
using DolibarrOAuthBridge.Entries;
using Microsoft.Extensions.Configuration;

namespace DolibarrOAuthBridge.Tests.Commands;

public sealed class ConfigurationTests
{
    [Fact]
    public void Settings_are_told_from_arguments()
    {
        var split = ConfigurationArguments.Split([
            "token",
            "--Providers:Google:TokenEndpoint=https://x/?a=b",
            "GOOGLE-Mail",
            "--bridge:MinTtl",
            "5",
            "--json",
            "--Entries:MICROSOFTAPP-Mail:Certificate=/app.pem",
            "--Providers:X",
        ]);

        Assert.Equal(["token", "GOOGLE-Mail", "--json"], split.Arguments);
        Assert.Equal(
            [
                "--Providers:Google:TokenEndpoint=https://x/?a=b",
                "--bridge:MinTtl",
                "5",
                "--Entries:MICROSOFTAPP-Mail:Certificate=/app.pem",
                "--Providers:X",
            ],
            split.Settings
        );
    }

    [Fact]
    public void A_file_that_is_no_json_is_said_in_one_line_with_the_place()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "{\"Bridge\": {\n  \"MinTtl\": 60,\n  x\n}}");

            var error = Assert.Throws<UsageException>(() => BridgeConfiguration.Load(file, []));

            Assert.StartsWith($"The configuration file {file} is no JSON, line 3, column 3: ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_command_line_is_read_into_options()
    {
        var configuration = BridgeConfiguration.Load(
            null,
            [
                "--Bridge:MinTtl=5",
                "--Bridge:Renewal=on_demand",
                "--Bridge:UseProxy=true",
                "--Bridge:ProviderDeadline=20",
                "--Providers:Google:TokenEndpoint=https://x/t",
            ]
        );

        var options = BridgeConfiguration.Options(configuration, "/conf.php", "/state");

        Assert.Equal(
            ("/conf.php", "/state", 5.0, RenewalPolicy.OnDemand, ProxyUse.Environment),
            (options.DolibarrConf, options.StateDirectory, options.MinTtl.TotalSeconds, options.Renewal, options.UseProxy)
        );
        Assert.Equal(55, options.RefreshLimit.TotalSeconds);
        Assert.Equal("https://x/t", configuration["Providers:Google:TokenEndpoint"]);
    }

    [Theory]
    [InlineData("MinTtl", "-1")]
    [InlineData("MinTtl", "x")]
    [InlineData("ProviderDeadline", "0")]
    [InlineData("ProviderDeadline", "61")]
    [InlineData("RenewalInterval", "0")]
    [InlineData("Renewal", "sometimes")]
    [InlineData("UseProxy", "maybe")]
    [InlineData("MinTTLs", "5")]
    public void Case_178_A_wrong_setting_is_wrong_usage(string name, string value)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { [$"Bridge:{name}"] = value })
            .Build();

        Assert.Contains(
            name,
            Assert.Throws<UsageException>(() => BridgeConfiguration.Options(configuration, null, null)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_wrong_setting_of_an_entry_is_wrong_usage()
    {
        Assert.NotNull(
            BridgeConfiguration.Options(
                BridgeConfiguration.Load(
                    null,
                    ["--Entries:MICROSOFTAPP-Mail:certificate=/app.pem", "--Entries:MICROSOFTAPP-Mail:CertificateKey=/app.key"]
                ),
                null,
                null
            )
        );

        Assert.All(EntrySettingNames.All, name =>
            Assert.NotNull(BridgeConfiguration.Options(BridgeConfiguration.Load(null, [$"--Entries:GENERIC-X:{name}=x"]), null, null))
        );
        Assert.Contains("TokenEndpoint", EntrySettingNames.All);
        Assert.Contains("ClientAuthentication", EntrySettingNames.All);

        var wrong = BridgeConfiguration.Load(null, ["--Entries:MICROSOFTAPP-Mail:Certficate=/app.pem"]);
        Assert.Contains(
            "Entries:MICROSOFTAPP-Mail:Certficate",
            Assert.Throws<UsageException>(() => BridgeConfiguration.Options(wrong, null, null)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("proxy.example,10.0.0.0/8, .intern", "proxy.example;10.0.0.0/8;.intern")]
    [InlineData("", "")]
    public void Hosts_without_proxy_are_a_list_with_commas(string text, string expected)
    {
        var options = BridgeConfiguration.Options(
            BridgeConfiguration.Load(null, [$"--Bridge:NoProxy={text}", "--Bridge:UseProxy=dolibarr", "--Bridge:CaFile=/ca.pem"]),
            null,
            null
        );

        Assert.Equal(expected, string.Join(';', options.NoProxy));
        Assert.Equal((ProxyUse.Dolibarr, "/ca.pem"), (options.UseProxy, options.CaFile));
    }

    [Fact]
    public void The_defaults_are_those_of_the_design()
    {
        var options = BridgeConfiguration.Options(new ConfigurationBuilder().Build(), null, null);

        Assert.Equal(
            (15.0, 60.0, 300.0, 45.0, RenewalPolicy.Proactive),
            (
                options.ProviderDeadline.TotalSeconds,
                options.MinTtl.TotalSeconds,
                options.RenewAhead.TotalSeconds,
                options.RefreshLimit.TotalSeconds,
                options.Renewal
            )
        );
    }
}
