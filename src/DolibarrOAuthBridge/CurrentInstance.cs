// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>The name of the instance that the present request or background work is about, for what is counted.</summary>
internal static class CurrentInstance
{
    private static readonly AsyncLocal<string?> Local = new();

    /// <summary>The name; null where the sidecar has one instance without a name.</summary>
    public static string? Name
    {
        get => Local.Value;
        set => Local.Value = value;
    }
}
