// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>One thing that the doctor found. It holds no secret.</summary>
/// <param name="Code">A stable code.</param>
/// <param name="Severity">One of <see cref="DolibarrOAuthBridge.Severity"/>.</param>
/// <param name="Subject">What it is about: an entry with its company, a row, a file, an address.</param>
/// <param name="Evidence">What was seen.</param>
/// <param name="Advice">What to do.</param>
internal sealed record Finding(string Code, string Severity, string Subject, string Evidence, string Advice);
