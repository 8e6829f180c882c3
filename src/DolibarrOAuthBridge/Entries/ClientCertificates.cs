// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Entries;

/// <summary>
/// The certificates by which clients authenticate instead of a secret. They are files on this machine that the sidecar's own
/// configuration names, never Dolibarr's: whoever may write <c>llx_const</c> must not choose which files the sidecar opens.
/// <code>
/// "Entries": { "MICROSOFTAPP-Mail": { "Certificate": "/etc/…/app.pem", "CertificateKey": "/etc/…/app.key",
/// "CertificatePasswordFile": "/run/…/password" } }
/// </code>
/// <c>Certificate</c> is PEM or PFX; the key may stand in it (PEM, PFX) or in a file of its own (PEM); an encrypted key's
/// password is the first line of a file, so that it is on no command line.
/// </summary>
internal sealed class ClientCertificates(IConfiguration configuration, TimeProvider time)
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Entries";

    /// <summary>The settings of an entry in it.</summary>
    public static readonly IReadOnlyList<string> Settings = [Certificate, CertificateKey, CertificatePasswordFile];

    private const string Certificate = "Certificate";
    private const string CertificateKey = "CertificateKey";
    private const string CertificatePasswordFile = "CertificatePasswordFile";
    private const int LargestFile = 1024 * 1024;

    /// <summary>The path of an entry's certificate as configured; null if it has none.</summary>
    public string? PathOf(EntryName name)
    {
        return Setting(name, Certificate);
    }

    /// <summary>
    /// Reads an entry's certificate with its private key, from the file as it is now, so that a renewed one counts at once.
    /// </summary>
    /// <returns>Null if the entry has none; the caller disposes of it.</returns>
    /// <exception cref="ProviderConfigurationException">It cannot be used; the message says why, and nothing of key or
    /// password.</exception>
    public X509Certificate2? Load(OAuthEntry entry)
    {
        if (PathOf(entry.Name) is not { } path)
        {
            return null;
        }

        X509Certificate2? certificate = null;
        try
        {
            certificate = Read(path, Setting(entry.Name, CertificateKey), Password(entry.Name));
            RequireUsable(certificate, path);
            return certificate;
        }
        catch (Exception exception)
        {
            certificate?.Dispose();
            if (exception is CryptographicException)
            {
                throw new ProviderConfigurationException(
                    $"The certificate {path} cannot be read: it is no PEM or PFX file with a private key that belongs to it, or "
                        + $"its password ({Section}:{entry.Name}:{CertificatePasswordFile}) is wrong."
                );
            }

            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new ProviderConfigurationException(
                    $"The certificate {path} or its key or password file cannot be read by this process: {exception.Message}"
                );
            }

            throw;
        }
    }

    /// <summary>What can be said of an entry's certificate; null if it has none.</summary>
    public CertificateReport? Inspect(OAuthEntry entry)
    {
        try
        {
            using var certificate = Load(entry);
            return certificate is null ? null : new CertificateReport(certificate.NotAfter.ToUniversalTime(), null, Exposed(entry.Name));
        }
        catch (ProviderConfigurationException exception)
        {
            return new CertificateReport(null, exception.Message, null);
        }
    }

    // Of the files that hold the key or its password.
    private string? Exposed(EntryName name) =>
        new[] { Setting(name, CertificateKey) ?? Setting(name, Certificate), Setting(name, CertificatePasswordFile) }.FirstOrDefault(
            static path => path is not null && SecretFile.IsExposedAt(path)
        );

    private static X509Certificate2 Read(string path, string? keyPath, string? password)
    {
        var file = new FileInfo(path);
        if (file.Length > LargestFile)
        {
            throw new IOException($"{path} is too large to be a certificate.");
        }

        if (!File.ReadAllText(path).Contains("-----BEGIN ", StringComparison.Ordinal))
        {
            return X509CertificateLoader.LoadPkcs12FromFile(path, password, X509KeyStorageFlags.EphemeralKeySet);
        }

        return password is null
            ? X509Certificate2.CreateFromPemFile(path, keyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);
    }

    private void RequireUsable(X509Certificate2 certificate, string path)
    {
        using var key = certificate.GetRSAPrivateKey();
        if (key is null)
        {
            throw new ProviderConfigurationException(
                $"The certificate {path} has no RSA private key, and the bridge uses no other: make one with RSA, 2048 " + "bits or more."
            );
        }

        if (certificate.NotAfter.ToUniversalTime() <= time.GetUtcNow().UtcDateTime)
        {
            throw new ProviderConfigurationException(
                $"The certificate {path} ended on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}: register a new one at "
                    + "the provider and put it in its place."
            );
        }
    }

    private string? Password(EntryName name)
    {
        if (Setting(name, CertificatePasswordFile) is not { } path)
        {
            return null;
        }

        using var lines = new StreamReader(path);
        return lines.ReadLine() ?? string.Empty;
    }

    private string? Setting(EntryName name, string setting) =>
        configuration[$"{Section}:{name}:{setting}"] is { Length: > 0 } value ? value : null;
}
