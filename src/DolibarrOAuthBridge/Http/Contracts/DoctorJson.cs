// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>What is wrong with the installation.</summary>
/// <param name="Healthy">Whether there is no error.</param>
/// <param name="Findings">What was found, the gravest first.</param>
public sealed record DoctorJson(bool Healthy, IReadOnlyList<FindingJson> Findings);

/// <summary>One finding. It holds no secret.</summary>
/// <param name="Code">A stable code.</param>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>info</c>.</param>
/// <param name="Subject">What it is about: an entry with its company, a row, a file, an address.</param>
/// <param name="Evidence">What was seen.</param>
/// <param name="Advice">What to do.</param>
public sealed record FindingJson(string Code, string Severity, string Subject, string Evidence, string Advice);
