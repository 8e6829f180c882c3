// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>What a request to the stand-in provider was for.</summary>
public enum StandInEndpoint
{
    /// <summary>Anything else.</summary>
    Other,

    /// <summary>The authorization endpoint: a browser.</summary>
    Authorization,

    /// <summary>The token endpoint.</summary>
    Token,

    /// <summary>The device authorization endpoint.</summary>
    DeviceAuthorization,

    /// <summary>The page where a user types a device's code.</summary>
    DeviceVerification,

    /// <summary>Token introspection (RFC 7662).</summary>
    Introspection,

    /// <summary>Token revocation (RFC 7009).</summary>
    Revocation,

    /// <summary>The userinfo endpoint.</summary>
    UserInfo,

    /// <summary>The discovery document.</summary>
    Discovery,

    /// <summary>The signing keys.</summary>
    Keys,
}
