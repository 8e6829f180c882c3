// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Mail;

/// <summary>The SASL mechanism XOAUTH2 of Gmail and Exchange Online.</summary>
internal static class XOAuth2
{
    /// <summary>The initial client response, base64: <c>user=…^Aauth=Bearer …^A^A</c>.</summary>
    /// <exception cref="BridgeException">The user name holds a control character, which would forge a field.</exception>
    public static string InitialResponse(string user, string accessToken)
    {
        RequireUser(user);
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(Message(user, accessToken)));
    }

    internal static string Message(string user, string accessToken) => $"user={user}\u0001auth=Bearer {accessToken}\u0001\u0001";

    internal static void RequireUser(string user)
    {
        if (user.Length is 0 or > 320 || user.Any(char.IsControl))
        {
            throw new BridgeException(ProblemCode.InvalidRequest, "The user name is empty, too long, or holds control characters.");
        }
    }
}
