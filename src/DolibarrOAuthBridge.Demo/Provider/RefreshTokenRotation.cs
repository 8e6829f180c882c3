// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>What a refresh does to the refresh token.</summary>
public enum RefreshTokenRotation
{
    /// <summary>A new one is given and the old one is spent: using it again revokes the whole grant.</summary>
    Rotate,

    /// <summary>A new one is given and the old one stays valid, as at Microsoft.</summary>
    Renew,

    /// <summary>None is given and the old one stays valid, as at Google.</summary>
    Keep,
}
