// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>Which of Dolibarr's own mail settings are to be checked.</summary>
/// <param name="Entry">Only what uses this entry; without it everything that logs in with a token.</param>
/// <param name="Context">SMTP: the context, such as <c>EMAILING</c>; without it the main settings and every context with its own.</param>
/// <param name="SendTo">SMTP: whom to send a test mail; without it none is sent.</param>
public sealed record DolibarrMailJson(string? Entry = null, string? Context = null, string? SendTo = null);
