// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// Validates mail servers' certificates: name, dates and chain, up to an authority that this machine trusts or that the
/// setting <c>Bridge:MailCaFile</c> names. Revocation is not looked up, since that hangs behind many firewalls.
/// </summary>
internal sealed class MailCertificates(BridgeOptions options)
{
    private readonly Lazy<X509Certificate2Collection> _authorities = new(() => Load(options.MailCaFile));

    /// <summary>Reads the configured authorities now rather than within a handshake.</summary>
    /// <exception cref="MailCheckException">They cannot be read.</exception>
    internal void Prepare() => _ = _authorities.Value;

    /// <summary>Why a certificate is not to be trusted; null if it is.</summary>
    /// <param name="certificate">The server's certificate.</param>
    /// <param name="chain">The chain that it came with.</param>
    /// <param name="errors">What the system's validation says.</param>
    internal string? Problem(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 server || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "The server shows no certificate.";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"The certificate is for {server.GetNameInfo(X509NameType.DnsName, false)}, not for this host. Use the name that "
                + "is in the certificate.";
        }

        if (errors == SslPolicyErrors.None || IsSignedByOwnAuthority(server, chain))
        {
            return null;
        }

        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (flags, element) => flags | element.Status)
            ?? X509ChainStatusFlags.NoError;
        return status.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? $"The certificate is valid from {server.NotBefore:yyyy-MM-dd} to {server.NotAfter:yyyy-MM-dd} only. The server's "
                + "administrator renews it; or this machine's clock is wrong."
            : $"The certificate's issuer, {server.GetNameInfo(X509NameType.SimpleName, true)}, is not trusted on this machine. "
                + "If the server is your own, name the file with its authority's certificate in the setting Bridge:MailCaFile.";
    }

    private bool IsSignedByOwnAuthority(X509Certificate2 server, X509Chain? chain)
    {
        if (_authorities.Value.Count == 0)
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
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities.Value);
        own.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
        return own.Build(server);
    }

    private static X509Certificate2Collection Load(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            if (path.Length > 0)
            {
                authorities.ImportFromPemFile(path);
            }
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new MailCheckException(
                MailFailureCode.Settings,
                $"The setting Bridge:MailCaFile names {path}, which cannot be read as PEM: {exception.Message}"
            );
        }

        return path.Length == 0 || authorities.Count > 0
            ? authorities
            : throw new MailCheckException(
                MailFailureCode.Settings,
                $"The setting Bridge:MailCaFile names {path}, which holds no certificate."
            );
    }
}
