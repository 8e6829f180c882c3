// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DolibarrOAuthBridge.Tests.Support;

/// <summary>Self-signed certificates in files, gone with the test.</summary>
internal sealed class Certificates : IDisposable
{
    public const string Password = "canary of the key's password";

    private readonly string _directory = Directory.CreateTempSubdirectory("certificates-").FullName;
    private readonly RSA _rsa = RSA.Create(2048);

    public Certificates(DateTimeOffset? end = null)
    {
        var request = new CertificateRequest("CN=app", _rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Certificate = request.CreateSelfSigned(Make.Now.AddYears(-1), end ?? Make.Now.AddYears(1));
        PasswordFile = Write("password", Password + "\nnot this line");
    }

    public X509Certificate2 Certificate { get; }

    public string PasswordFile { get; }

    public string Pem() => Write("app.pem", Certificate.ExportCertificatePem() + "\n" + _rsa.ExportPkcs8PrivateKeyPem());

    public string CertificateAlone() => Write("alone.pem", Certificate.ExportCertificatePem());

    public string Key() => Write("app.key", _rsa.ExportPkcs8PrivateKeyPem());

    public string EncryptedKey() =>
        Write(
            "encrypted.key",
            _rsa.ExportEncryptedPkcs8PrivateKeyPem(
                Password,
                new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)
            )
        );

    public string Pfx(string? password)
    {
        var path = Path.Combine(_directory, password is null ? "open.pfx" : "app.pfx");
        File.WriteAllBytes(path, Certificate.Export(X509ContentType.Pfx, password));
        return path;
    }

    public string EllipticPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=app", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            Make.Now.AddYears(-1),
            Make.Now.AddYears(1)
        );
        return Write("ec.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _rsa.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
