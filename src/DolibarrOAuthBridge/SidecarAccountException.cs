// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>The sidecar's own database account cannot be used. The message names the setting.</summary>
internal sealed class SidecarAccountException(string message, Exception? innerException = null) : Exception(message, innerException);
