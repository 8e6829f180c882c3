// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.CompilerServices;

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>A test in a real Dolibarr that is too old for the module; skipped where none was given.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TooOldFactAttribute : FactAttribute
{
    /// <summary>Skips the test unless a Dolibarr was given that is too old.</summary>
    public TooOldFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip =
            DolibarrSource.IsTooOld ? null
            : DolibarrSource.IsSupported ? $"Dolibarr {DolibarrSource.Version} is new enough."
            : DolibarrSource.Needed;
    }
}
