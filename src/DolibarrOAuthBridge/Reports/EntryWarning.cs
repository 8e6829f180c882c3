// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Reports;

/// <summary>Something about an entry that a person should look at.</summary>
/// <param name="Code">A stable code.</param>
/// <param name="Message">What it is and what to do.</param>
public sealed record EntryWarning(string Code, string Message);
