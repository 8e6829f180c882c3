// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Mail;

/// <summary>A step of a check failed for a reason that is known.</summary>
/// <param name="code">One of <see cref="MailFailureCode"/>.</param>
/// <param name="message">What happened and what to do.</param>
internal sealed class MailCheckException(string code, string message) : Exception(message)
{
    /// <summary>One of <see cref="MailFailureCode"/>.</summary>
    public string Code { get; } = code;
}
