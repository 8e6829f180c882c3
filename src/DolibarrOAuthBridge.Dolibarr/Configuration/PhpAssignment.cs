// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>The last assignment to a variable.</summary>
/// <param name="Value">The value as the bytes of a PHP string; null where it is not known.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Problem">Why the value is not known, as a sentence that begins with a verb; null where only running the code would
/// tell.</param>
internal readonly record struct PhpAssignment(byte[]? Value, string Path, int Line, string? Problem = null);
