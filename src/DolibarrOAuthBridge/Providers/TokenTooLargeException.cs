// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>An access token is larger than what Dolibarr's token table holds.</summary>
internal sealed class TokenTooLargeException : FormatException
{
    /// <summary>The bridge's error code for it.</summary>
    public const string Error = "token_too_large";

    /// <summary>Creates the exception.</summary>
    public TokenTooLargeException() { }

    /// <summary>Creates the exception with a sentence of its own.</summary>
    public TokenTooLargeException(string message)
        : base(message) { }

    /// <summary>Creates the exception with a cause.</summary>
    public TokenTooLargeException(string message, Exception innerException)
        : base(message, innerException) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="length">The token's characters.</param>
    public TokenTooLargeException(int length)
        : base(Sentence(length)) { }

    /// <summary>What happened, for people.</summary>
    public static string Sentence(int length) =>
        $"The provider's access token has {length} characters, which is more than Dolibarr's token table holds. It was not kept; a new "
        + "refresh token was.";
}
