// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// Validates mail servers' certificates: name, dates and chain, up to an authority that this machine trusts or that the
/// settings <c>Bridge:CaFile</c> and <c>Bridge:MailCaFile</c> name. Revocation is not looked up, since that hangs behind many firewalls.
/// </summary>
internal sealed class MailCertificates(BridgeOptions options)
{
    private readonly OwnAuthorities _authorities = new(("Bridge:CaFile", options.CaFile), ("Bridge:MailCaFile", options.MailCaFile));

    /// <summary>Reads the configured authorities now rather than within a handshake.</summary>
    /// <exception cref="MailCheckException">They cannot be read.</exception>
    internal void Prepare()
    {
        try
        {
            _authorities.Prepare();
        }
        catch (ProviderConfigurationException exception)
        {
            throw new MailCheckException(MailFailureCode.Settings, exception.Message);
        }
    }

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
            return $"The certificate is for {ForeignText.Name(server.GetNameInfo(X509NameType.DnsName, false))}, not for this host. Use "
                + "the name that is in the certificate.";
        }

        if (errors == SslPolicyErrors.None || _authorities.Issued(server, chain))
        {
            return null;
        }

        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (flags, element) => flags | element.Status)
            ?? X509ChainStatusFlags.NoError;
        return status.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? $"The certificate is valid from {server.NotBefore:yyyy-MM-dd} to {server.NotAfter:yyyy-MM-dd} only. The server's "
                + "administrator renews it; or this machine's clock is wrong."
            : $"The certificate's issuer, {ForeignText.Name(server.Issuer)} (of {ForeignText.Name(server.Subject)}), is not trusted on "
                + "this machine. If the server is your own, name the file with its authority's certificate in the setting Bridge:CaFile "
                + "(or Bridge:MailCaFile).";
    }
}
