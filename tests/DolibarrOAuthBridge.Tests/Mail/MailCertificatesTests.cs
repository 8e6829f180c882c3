// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DolibarrOAuthBridge.Mail;

namespace DolibarrOAuthBridge.Tests.Mail;

/// <summary>What is said of a mail server's certificate that is not trusted.</summary>
public sealed class MailCertificatesTests
{
    [Theory]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors)]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch)]
    public void Names_that_somebody_on_the_way_chose_are_short_and_turn_no_text_around(SslPolicyErrors errors)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=the server\u202e\u2028{new string('x', 200)}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));

        var problem = new MailCertificates(new BridgeOptions()).Problem(certificate, null, errors)!;

        Assert.Contains("the server", problem, StringComparison.Ordinal);
        Assert.Equal(-1, problem.AsSpan().IndexOfAny('\u202e', '\u2028'));
        Assert.DoesNotContain(new string('x', 100), problem, StringComparison.Ordinal);
    }
}
