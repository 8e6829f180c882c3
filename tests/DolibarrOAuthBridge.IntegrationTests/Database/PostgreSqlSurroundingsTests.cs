// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>
/// Variables and files that PostgreSQL's own programs obey say nothing of the connection: neither who connects, nor by which password, nor
/// whose certificate is believed.
/// </summary>
public sealed class PostgreSqlSurroundingsTests : IAsyncLifetime
{
    private readonly ThrowAwayAuthority _authority = new();
    private readonly ScratchDirectory _home = ScratchDirectory.Create("home");

    private static string Host { get; } = Dns.GetHostName(); // a name of this machine that is not known for one

    public ValueTask InitializeAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_home.Path, ".postgresql")).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=somebody", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
        File.WriteAllText(Path.Combine(folder, "root.crt"), _authority.CertificatePem);
        File.WriteAllText(Path.Combine(folder, "postgresql.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "postgresql.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_home.Path, ".pgpass"), "*:*:*:*:a password of the home directory\n");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _authority.Dispose();
        return _home.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_authority_that_only_the_surroundings_name_vouches_for_no_server(bool hasVariable)
    {
        using var certificate = _authority.Issue(Host);
        await using var server = new FakePostgreSql(certificate);
        var root = Path.Combine(_home.Path, ".postgresql", "root.crt");

        var result = await RunAsync(server, $"ssl://{Host}", hasVariable ? new() { ["PGSSLROOTCERT"] = root } : []);

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(server.Greetings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_authority_of_the_machine_vouches_for_a_server_by_its_name(bool isItsName)
    {
        using var certificate = _authority.Issue(isItsName ? Host : "elsewhere.example");
        await using var server = new FakePostgreSql(certificate);
        var machine = Path.Combine(_home.Path, "machine.pem");
        await File.WriteAllTextAsync(machine, _authority.CertificatePem);

        await RunAsync(server, $"ssl://{Host}", new() { ["SSL_CERT_FILE"] = machine });

        Assert.Equal(isItsName, server.Greetings.Count > 0);
    }

    [Fact]
    public async Task A_server_that_the_settings_vouch_for_is_shown_no_certificate_of_the_surroundings()
    {
        using var certificate = _authority.Issue(Host);
        await using var server = new FakePostgreSql(certificate);
        var authority = Path.Combine(_home.Path, "ca.pem");
        await File.WriteAllTextAsync(authority, _authority.CertificatePem);

        await RunAsync(server, $"ssl://{Host}", [], $"--Bridge:DatabaseCa={authority}");

        Assert.NotEmpty(server.Greetings);
        Assert.Equal(0, server.ClientCertificates);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Account_password_and_options_are_those_of_conf_php_also_where_the_password_is_empty(bool hasVariables)
    {
        await using var server = new FakePostgreSql();
        Dictionary<string, string> variables = new()
        {
            ["PGUSER"] = "somebody",
            ["PGPASSWORD"] = "a password of the environment",
            ["PGCLIENTENCODING"] = "LATIN1",
            ["PGOPTIONS"] = "-c search_path=elsewhere",
            ["PGTZ"] = "Asia/Tokyo",
            ["PGAPPNAME"] = "psql",
            ["PGSSLNEGOTIATION"] = "direct",
            ["PGGSSENCMODE"] = "require",
            ["PGREQUIREAUTH"] = "None",
            ["PGTARGETSESSIONATTRS"] = "standby",
        };

        var result = await RunAsync(server, "127.0.0.1", hasVariables ? variables : []);

        Assert.Equal(1, result.ExitCode);
        Assert.NotEmpty(server.Greetings);
        Assert.All(
            server.Greetings,
            greeting =>
            {
                Assert.Contains("user|dolibarr|client_encoding|UTF8|database|erp|", greeting, StringComparison.Ordinal);
                Assert.Contains("|TimeZone|UTC|", greeting, StringComparison.Ordinal);
                Assert.DoesNotContain("elsewhere", greeting, StringComparison.Ordinal);
                Assert.DoesNotContain("psql", greeting, StringComparison.Ordinal);
            }
        );
        Assert.Empty(server.Passwords);
    }

    private Task<CommandResult> RunAsync(FakePostgreSql server, string host, Dictionary<string, string> variables, params string[] more)
    {
        var conf = Path.Combine(_home.Path, "conf.php");
        File.WriteAllText(
            conf,
            $"""
            <?php
            $dolibarr_main_db_type = 'pgsql';
            $dolibarr_main_db_host = '{host}';
            $dolibarr_main_db_port = '{server.Port}';
            $dolibarr_main_db_name = 'erp';
            $dolibarr_main_db_user = 'dolibarr';
            $dolibarr_main_db_pass = '';
            $dolibarr_main_instance_unique_id = 'the key of the tests';
            """
        );
        return Sidecar.RunAsync(
            ["entries", "--dolibarr-conf", conf, "--state-directory", Path.Combine(_home.Path, "state"), .. more],
            new Dictionary<string, string>(variables) { ["HOME"] = _home.Path }
        );
    }
}
