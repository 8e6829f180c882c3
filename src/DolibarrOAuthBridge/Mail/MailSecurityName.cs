// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Mail;

/// <summary>The names of <see cref="MailSecurity"/> in the API and on the command line.</summary>
internal static class MailSecurityName
{
    /// <summary>The names: <c>none</c>, <c>starttls</c>, <c>tls</c>.</summary>
    public static IReadOnlyList<string> All { get; } = ["none", "starttls", "tls"];

    /// <summary>The name of a value.</summary>
    public static string Of(MailSecurity security) => All[(int)security];

    /// <summary>The value of a name.</summary>
    /// <exception cref="BridgeException">There is no such name.</exception>
    public static MailSecurity Parse(string name) =>
        All.Contains(name, StringComparer.Ordinal)
            ? (MailSecurity)All.ToList().IndexOf(name)
            : throw new BridgeException(ProblemCode.InvalidRequest, $"security must be one of {string.Join(", ", All)}.");
}
