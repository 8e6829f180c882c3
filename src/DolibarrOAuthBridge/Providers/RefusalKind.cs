// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>What a provider's refusal asks for.</summary>
internal enum RefusalKind
{
    /// <summary>The grant is dead: a person must consent again.</summary>
    ConsentNeeded,

    /// <summary>The client's settings are wrong: an administrator must fix them; the grant may be fine and is kept.</summary>
    SettingsWrong,

    /// <summary>The provider asks for patience.</summary>
    TryLater,
}
