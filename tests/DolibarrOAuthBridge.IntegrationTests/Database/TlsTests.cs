// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary><c>ssl://</c> and <c>Bridge:DatabaseCa</c> on a server with a certificate.</summary>
[Trait("Database", "MariaDB")]
public sealed class TlsTests
{
    [Fact]
    public async Task The_servers_certificate_is_checked_against_the_authorities_that_are_given()
    {
        using var directory = new TemporaryFolder();
        var (right, _) = Write(directory.Path, "server", "127.0.0.1");
        var (wrong, _) = Write(directory.Path, "other", "127.0.0.1");
        var (elsewhere, _) = Write(directory.Path, "elsewhere", "192.0.2.1");
        await using var server = await StartAsync(directory.Path, "server");
        await using var misnamed = await StartAsync(directory.Path, "elsewhere");

        await PingAsync(server, "ssl://127.0.0.1", right);
        await PingAsync(server, "127.0.0.1", right);
        await PingAsync(server, "ssl://127.0.0.1", "none");
        await PingAsync(server, "ssl://127.0.0.1", string.Empty); // this machine
        foreach (var (host, authority) in (IEnumerable<(string, string)>)[("ssl://127.0.0.1", wrong), ("127.0.0.1", wrong)])
        {
            await Assert.ThrowsAsync<StoreException>(() => PingAsync(server, host, authority));
        }

        await Assert.ThrowsAsync<StoreException>(() => PingAsync(misnamed, "ssl://127.0.0.1", elsewhere));
    }

    private static Task<ScratchMariaDb> StartAsync(string directory, string name) =>
        ScratchMariaDb.StartAsync(
            new ScratchMariaDbOptions
            {
                Arguments = [$"--ssl-cert={Path.Combine(directory, name)}.pem", $"--ssl-key={Path.Combine(directory, name)}.key"],
            }
        );

    private static async Task PingAsync(ScratchMariaDb server, string host, string authority)
    {
        await using var database = new DolibarrDatabase(
            new DolibarrConf
            {
                Path = "conf.php",
                DbHost = host,
                DbPort = server.Port,
                DbName = "mysql",
                DbUser = "root",
                DbPassword = server.RootPassword,
                DbCertificateAuthority = authority,
                Keys = new InstanceKeys(null, "key", null),
            }
        );
        await database.PingAsync(TestContext.Current.CancellationToken);
    }

    // A certificate that is its own authority.
    private static (string Certificate, string Key) Write(string directory, string name, string address)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (file, key) = (Path.Combine(directory, name + ".pem"), Path.Combine(directory, name + ".key"));
        File.WriteAllText(file, certificate.ExportCertificatePem());
        File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(directory, (UnixFileMode)0x1ED); // 0755: the server runs as another user
        return (file, key);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("tls-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
