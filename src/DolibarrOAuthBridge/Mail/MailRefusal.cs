// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Mail;

/// <summary>What a mail server's refusal means.</summary>
/// <param name="Code">One of <see cref="MailFailureCode"/>.</param>
/// <param name="Advice">What it means and what to do.</param>
internal sealed record MailRefusal(string Code, string Advice);
