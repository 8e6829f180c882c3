// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>How grave a finding or a warning is.</summary>
internal static class Severity
{
    /// <summary>Something does not work, or is about to fail for certain.</summary>
    public const string Error = "error";

    /// <summary>It works now, and will not always.</summary>
    public const string Warning = "warning";

    /// <summary>Worth knowing.</summary>
    public const string Info = "info";

    /// <summary>The gravest first.</summary>
    public static IReadOnlyList<string> All { get; } = [Error, Warning, Info];
}
