// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>What a command line left behind.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error);
