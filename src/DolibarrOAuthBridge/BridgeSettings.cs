// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>The sidecar's own settings among what the configuration holds.</summary>
internal static class BridgeSettings
{
    private static readonly string[] Sections = ["Bridge", "Providers", "Entries", "Instances"];

    /// <summary>
    /// The settings below the sidecar's own sections. Others, such as <c>Kestrel:…</c>, <c>Logging:…</c> or <c>urls</c>, are what
    /// libraries would obey, and are left out.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string?>> Of(IConfiguration configuration) =>
        configuration
            .AsEnumerable()
            .Where(static setting =>
                setting.Value is not null
                && Sections.Any(section => setting.Key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase))
            );
}
