// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Mail;

/// <summary>What came of a check of a mail server.</summary>
/// <param name="Ok">Whether every step went well.</param>
/// <param name="Mechanism">The SASL mechanism; null if it did not come to that.</param>
/// <param name="Steps">The steps up to the first that failed.</param>
/// <param name="Code">A stable code of what failed; null if nothing did.</param>
/// <param name="Entry">The entry whose token was used; null if none could be told.</param>
/// <param name="Host">The server; null if none could be told.</param>
/// <param name="Port">Its port.</param>
/// <param name="Security"><c>none</c>, <c>starttls</c> or <c>tls</c>.</param>
/// <param name="Username">The mailbox that was logged in to.</param>
/// <param name="Source">Which of Dolibarr's settings were checked; null where the caller named the server.</param>
public sealed record MailCheckReport(
    bool Ok,
    string? Mechanism,
    IReadOnlyList<MailStep> Steps,
    string? Code,
    string? Entry = null,
    string? Host = null,
    int? Port = null,
    string? Security = null,
    string? Username = null,
    string? Source = null
);

/// <summary>What came of checking what Dolibarr is set to.</summary>
/// <param name="Ok">Whether every check went well, and there was one.</param>
/// <param name="Checks">One for each of Dolibarr's settings.</param>
public sealed record MailCheckList(bool Ok, IReadOnlyList<MailCheckReport> Checks);
