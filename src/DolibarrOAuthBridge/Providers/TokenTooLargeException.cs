// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>An access token is larger than what Dolibarr's token table holds.</summary>
/// <param name="length">The token's characters.</param>
internal sealed class TokenTooLargeException(int length) : FormatException(TokenTooLargeException.Sentence(length))
{
    /// <summary>The bridge's error code for it.</summary>
    public const string Error = "token_too_large";

    /// <summary>What happened, for people.</summary>
    public static string Sentence(int length) =>
        $"The provider's access token has {length} characters, which is more than Dolibarr's token table holds. It was not kept; a new "
        + "refresh token was.";
}
