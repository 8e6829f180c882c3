// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// What the browser brought back from the provider (OpenID Connect Core, section 3.1.2.5). Not a record: its members would print
/// the code.
/// </summary>
internal sealed class AuthorizationAnswer
{
    /// <summary>The code; null if none.</summary>
    public string? Code { get; init; }

    /// <summary>The issuer (RFC 9207); null if not named.</summary>
    public string? Issuer { get; init; }

    /// <summary>The error code; null if none. An answer with both is an error.</summary>
    public string? Error { get; init; }
}
