// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>What the doctor tells scripts.</summary>
/// <param name="Healthy">Whether there is no error.</param>
/// <param name="Findings">What was found, the gravest first.</param>
internal sealed record DoctorReport(bool Healthy, IReadOnlyList<Finding> Findings)
{
    /// <summary>The report on findings.</summary>
    public static DoctorReport Of(IReadOnlyList<Finding> findings) =>
        new(!findings.Any(finding => finding.Severity == Severity.Error), findings);
}
