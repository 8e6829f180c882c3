// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DolibarrOAuthBridge.Providers;

/// <summary>Certificate authorities of one's own, besides those that the machine trusts, out of PEM files that settings name.</summary>
/// <param name="files">Setting and path; an empty path is none.</param>
internal sealed class OwnAuthorities(params (string Setting, string Path)[] files)
{
    private readonly Lazy<X509Certificate2Collection> _all = new(() => Load(files));

    /// <summary>Reads the files now rather than within a handshake.</summary>
    /// <exception cref="ProviderConfigurationException">They cannot be read.</exception>
    public void Prepare() => _ = _all.Value;

    /// <summary>Whether a server's certificate was issued by one of them.</summary>
    /// <param name="server">The certificate. Whether it is for the right host is for the caller to check.</param>
    /// <param name="chain">The chain that it came with.</param>
    public bool Issued(X509Certificate2 server, X509Chain? chain)
    {
        if (_all.Value.Count == 0)
        {
            return false;
        }

        using var own = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                ApplicationPolicy = { new Oid("1.3.6.1.5.5.7.3.1") }, // TLS server
            },
        };
        own.ChainPolicy.CustomTrustStore.AddRange(_all.Value);
        own.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
        return own.Build(server);
    }

    private static X509Certificate2Collection Load((string Setting, string Path)[] files)
    {
        var all = new X509Certificate2Collection();
        foreach (var (setting, path) in files.Where(static file => file.Path.Length > 0))
        {
            var before = all.Count;
            try
            {
                all.ImportFromPemFile(path);
            }
            catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw new ProviderConfigurationException(
                    $"The setting {setting} names {path}, which cannot be read as PEM: {exception.Message}"
                );
            }

            if (all.Count == before)
            {
                throw new ProviderConfigurationException($"The setting {setting} names {path}, which holds no certificate.");
            }
        }

        return all;
    }
}
