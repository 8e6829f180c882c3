// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Mail;

/// <summary>What a mail server's refusal means.</summary>
/// <param name="Code">One of <see cref="MailFailureCode"/>.</param>
/// <param name="Advice">What it means and what to do.</param>
internal sealed record MailRefusal(string Code, string Advice);

/// <summary>How a refusal is known by its words.</summary>
/// <param name="Words">All of them must be in the server's answer; case does not matter.</param>
/// <param name="Code">One of <see cref="MailFailureCode"/>.</param>
/// <param name="Advice">What it means and what to do.</param>
/// <param name="Protocol">The protocol in which it is said; null for either.</param>
internal sealed record MailRefusalRule(string[] Words, string Code, string Advice, MailProtocol? Protocol = null)
{
    /// <summary>Whether an answer is this refusal.</summary>
    public bool Fits(MailProtocol protocol, string answer) =>
        (Protocol is null || Protocol == protocol) && Words.All(word => answer.Contains(word, StringComparison.OrdinalIgnoreCase));
}
