// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>The last assignment to a variable.</summary>
/// <param name="Value">The value as the bytes of a PHP string; null where only running the code would tell.</param>
/// <param name="Line">Its line, from 1.</param>
internal readonly record struct PhpAssignment(byte[]? Value, int Line);
