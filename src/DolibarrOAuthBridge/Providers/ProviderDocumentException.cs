// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>A provider's document cannot be had. The message says why, without anything that the provider sent.</summary>
internal sealed class ProviderDocumentException(string message) : Exception(message);
