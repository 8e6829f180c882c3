// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// An entry or the sidecar's own configuration names an endpoint that cannot be used. The message says which setting and why.
/// </summary>
internal sealed class ProviderConfigurationException(string message) : Exception(message);
