// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// What came of a request to a token endpoint, or to a device authorization endpoint, which says no in the same words. One of the
/// nested cases.
/// </summary>
internal abstract record TokenAnswer
{
    private TokenAnswer() { }

    /// <summary>The provider issued a token (RFC 6749, section 5.1).</summary>
    public sealed record Issued(TokenResponse Response) : TokenAnswer;

    /// <summary>The provider issued a code for a person to type (RFC 8628, section 3.2).</summary>
    public sealed record DeviceCode(DeviceAuthorization Authorization) : TokenAnswer;

    /// <summary>The provider said no by an <c>error</c> member (RFC 6749, section 5.2).</summary>
    /// <param name="Error">The error code, exactly; what to do is decided by it alone.</param>
    /// <param name="Description">The provider's words for people, shortened; may be empty.</param>
    public sealed record Refused(string Error, string Description) : TokenAnswer
    {
        /// <summary>Code and description for people.</summary>
        public string Reason => Description.Length == 0 ? Error : $"{Error}: {Description}";
    }

    /// <summary>The provider said neither: throttled, broken, unreachable, or not an OAuth answer at all.</summary>
    /// <param name="Reason">The bridge's word for it, such as <c>http_503</c>, <c>timeout</c>, <c>network</c>, <c>malformed</c>.</param>
    /// <param name="Detail">A sentence for people without secrets.</param>
    /// <param name="RetryAfter">How long the provider asked to be left alone; null if it did not say.</param>
    public sealed record Unavailable(string Reason, string Detail, TimeSpan? RetryAfter = null) : TokenAnswer
    {
        /// <summary>Whether an answer with a status came: otherwise the provider may have done it, and the answer is lost.</summary>
        public bool WasAnswered => Reason.StartsWith("http_", StringComparison.Ordinal);
    }
}
