// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Entries;

/// <summary>What the sidecar's own configuration may say of an entry: <c>Entries:GENERIC-Mail:TokenEndpoint</c>.</summary>
internal static class EntrySettingNames
{
    /// <summary>The settings.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. ClientCertificates.Settings,
        ClientAuthentication.Setting,
        ServiceAccountKeys.KeySetting,
        ServiceAccountKeys.SubjectSetting,
        .. Enum.GetNames<ProviderEndpoint>(),
    ];
}
