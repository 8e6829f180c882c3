// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Entries;

/// <summary>What the sidecar's own configuration may say of an entry: <c>Entries:GENERIC-Mail:TokenEndpoint</c>.</summary>
internal static class EntrySettingNames
{
    private const string AppOnly = "AppOnly";

    /// <summary>The settings.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. ClientCertificates.Settings,
        ClientAuthentication.Setting,
        ServiceAccountKeys.KeySetting,
        ServiceAccountKeys.SubjectSetting,
        AppOnly,
        .. Enum.GetNames<ProviderEndpoint>(),
    ];

    /// <summary>
    /// Whether the application asks in its own name (<c>AppOnly</c>). Most releases of Dolibarr know no provider for that and find no
    /// token of it when they send mail, while they find one of an entry <c>MICROSOFT-…</c>.
    /// </summary>
    public static bool IsAppOnly(IConfiguration configuration, EntryName name) =>
        string.Equals(configuration[$"{ClientCertificates.Section}:{name}:{AppOnly}"], bool.TrueString, StringComparison.OrdinalIgnoreCase);
}
