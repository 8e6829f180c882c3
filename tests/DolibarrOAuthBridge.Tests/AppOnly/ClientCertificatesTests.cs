// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.AppOnly;

public sealed class ClientCertificatesTests : IDisposable
{
    private const string Entry = "MICROSOFTAPP-Mail";

    private readonly Certificates _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void An_entry_without_one_has_none()
    {
        Assert.Null(Open().Load(Make.Entry(Entry)));
        Assert.Null(Open(("Certificate", _files.Pem())).Load(Make.Entry("MICROSOFTAPP-Other")));
    }

    [Fact]
    public void Pem_and_pfx_are_read_with_their_key()
    {
        IEnumerable<(string, string)[]> ways =
        [
            [("Certificate", _files.Pem())],
            [("Certificate", _files.CertificateAlone()), ("CertificateKey", _files.Key())],
            [
                ("Certificate", _files.CertificateAlone()),
                ("CertificateKey", _files.EncryptedKey()),
                ("CertificatePasswordFile", _files.PasswordFile),
            ],
            [("Certificate", _files.Pfx(null))],
            [("Certificate", _files.Pfx(Certificates.Password)), ("CertificatePasswordFile", _files.PasswordFile)],
        ];
        foreach (var settings in ways)
        {
            using var certificate = Open(settings).Load(Make.Entry(Entry));

            Assert.Equal(_files.Certificate.Thumbprint, certificate!.Thumbprint);
            Assert.True(certificate.HasPrivateKey);
        }
    }

    [Fact]
    public void What_cannot_be_used_is_named_without_the_password()
    {
        RequireRefused("private key", ("Certificate", _files.CertificateAlone()));
        RequireRefused("private key", ("Certificate", _files.Write("text.pem", "-----BEGIN nothing")));
        RequireRefused("private key", ("Certificate", _files.Write("text", "no certificate")));
        RequireRefused("CertificatePasswordFile", ("Certificate", _files.Pfx(Certificates.Password)));
        RequireRefused("RSA", ("Certificate", _files.EllipticPem()));
        RequireRefused("cannot be read by this process", ("Certificate", "/nowhere/app.pem"));
        RequireRefused("cannot be read by this process", ("Certificate", _files.Pem()), ("CertificatePasswordFile", "/nowhere/password"));

        using var other = new Certificates();
        RequireRefused("belongs to it", ("Certificate", _files.CertificateAlone()), ("CertificateKey", other.Key()));
        RequireRefused(
            "CertificatePasswordFile",
            ("Certificate", _files.Pfx(null)),
            ("CertificatePasswordFile", _files.Write("wrong", "another canary"))
        );
    }

    [Fact]
    public void An_ended_certificate_is_not_even_tried()
    {
        using var ended = new Certificates(Make.Now.AddMinutes(-1));

        RequireRefused("ended on 2026-11-24", ("Certificate", ended.Pem()));
    }

    [Fact]
    public void A_key_that_everybody_can_read_is_noticed()
    {
        var (alone, key) = (_files.CertificateAlone(), _files.Key());
        File.SetUnixFileMode(alone, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        File.SetUnixFileMode(key, UnixFileMode.UserRead);
        var certificates = Open(("Certificate", alone), ("CertificateKey", key));

        Assert.Equal(
            new CertificateReport(_files.Certificate.NotAfter.ToUniversalTime(), null, null),
            certificates.Inspect(Make.Entry(Entry))
        );
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(key, certificates.Inspect(Make.Entry(Entry))!.ExposedPath);
        Assert.Null(Open().Inspect(Make.Entry(Entry)));
    }

    [Fact]
    public void A_renewed_file_counts_at_once()
    {
        using var next = new Certificates();
        var path = _files.Pem();
        var certificates = Open(("Certificate", path));
        certificates.Load(Make.Entry(Entry))!.Dispose();

        File.Copy(next.Pem(), path, overwrite: true);

        using var loaded = certificates.Load(Make.Entry(Entry));
        Assert.Equal(next.Certificate.Thumbprint, loaded!.Thumbprint);
    }

    private static ClientCertificates Open(params (string Setting, string Value)[] settings) =>
        new(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    settings.Select(setting => KeyValuePair.Create($"Entries:{Entry}:{setting.Setting}", (string?)setting.Value))
                )
                .Build(),
            new FakeTimeProvider(Make.Now)
        );

    private static void RequireRefused(string because, params (string, string)[] settings)
    {
        var refusal = Assert.Throws<ProviderConfigurationException>(() => Open(settings).Load(Make.Entry(Entry)));

        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refusal.Message, StringComparison.Ordinal);
    }
}
