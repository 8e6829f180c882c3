// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Mail;

/// <summary>What came of checking what Dolibarr is set to.</summary>
/// <param name="Ok">Whether every check went well, and there was one.</param>
/// <param name="Checks">One for each of Dolibarr's settings.</param>
public sealed record MailCheckList(bool Ok, IReadOnlyList<MailCheckReport> Checks);
