// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

internal static class ServerPresets
{
    public static Provider Of(Provider generic, string url) => generic;
}
