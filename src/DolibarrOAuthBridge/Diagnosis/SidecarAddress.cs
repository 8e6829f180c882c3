// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>Where Dolibarr's module looks for the sidecar.</summary>
internal static class SidecarAddress
{
    /// <summary>The module's setting.</summary>
    public const string Constant = "OAUTHBRIDGE_ADDRESS";

    /// <summary>The address: what the module's setting names, else the usual one.</summary>
    /// <param name="setting">The setting; null or empty if there is none.</param>
    /// <param name="options">The instance's settings: it may have a socket of its own.</param>
    public static string Of(string? setting, BridgeOptions options) =>
        setting is { Length: > 0 } && !setting.Equals("auto", StringComparison.OrdinalIgnoreCase) ? setting
        : options.OwnSocket.Length > 0 ? options.OwnSocket
        : SidecarClient.Automatic;
}
