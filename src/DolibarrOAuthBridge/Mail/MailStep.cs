// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Mail;

/// <summary>One step of a check and what came of it.</summary>
/// <param name="Name"><c>settings</c>, <c>token</c>, <c>connect</c>, <c>greeting</c>, <c>starttls</c>, <c>tls</c>,
/// <c>authenticate</c>, <c>list</c>, <c>open</c> or <c>send</c>.</param>
/// <param name="Ok">Whether it went well.</param>
/// <param name="Detail">What was found, or what went wrong and what to do. Never holds a token.</param>
/// <param name="Ms">How long it took, in milliseconds.</param>
public sealed record MailStep(string Name, bool Ok, string Detail, long Ms);
