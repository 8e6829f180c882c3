// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Mail;

/// <summary>The SASL mechanism OAUTHBEARER (RFC 7628).</summary>
internal static class OAuthBearer
{
    /// <summary>The initial client response, not yet base64.</summary>
    public static string Message(string user, string accessToken, MailHost host)
    {
        // RFC 5801, section 4: a comma or an equals sign would end the field.
        var name = user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"n,a={name},\u0001host={host.Host}\u0001port={host.Port}\u0001auth=Bearer {accessToken}\u0001\u0001"
        );
    }
}
