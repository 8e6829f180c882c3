// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.CompilerServices;

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>A test in a real Dolibarr that the module supports; skipped where none was given.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AcceptanceFactAttribute : FactAttribute
{
    /// <summary>Skips the test unless a Dolibarr was given that is new enough.</summary>
    public AcceptanceFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip =
            DolibarrSource.IsSupported ? null
            : DolibarrSource.IsTooOld ? $"Dolibarr {DolibarrSource.Version} is too old for the module."
            : DolibarrSource.Needed;
    }
}
