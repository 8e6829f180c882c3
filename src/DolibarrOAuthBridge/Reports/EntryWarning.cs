// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Reports;

/// <summary>Something about an entry that a person should look at.</summary>
/// <param name="Code">A stable code; docs/warnings.md lists them.</param>
/// <param name="Severity"><c>error</c> where something does not work, or is about to fail for certain; else <c>warning</c>.</param>
/// <param name="Evidence">What was seen, as whole sentences.</param>
/// <param name="Advice">What to do, as whole sentences.</param>
public sealed record EntryWarning(
    string Code,
    string Severity,
    [property: JsonIgnore] string Evidence,
    [property: JsonIgnore] string Advice
)
{
    /// <summary>What it is and what to do.</summary>
    public string Message => $"{Evidence} {Advice}";
}
