// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Sidecar;

/// <summary>What a command of the sidecar's program did.</summary>
/// <param name="ExitStatus">0 done, 1 failed, 2 wrong usage.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record CommandResult(int ExitStatus, string Output, string Error);
