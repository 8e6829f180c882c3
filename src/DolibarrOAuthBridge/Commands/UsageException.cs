// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Commands;

/// <summary>The command was used wrongly: exit status 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
