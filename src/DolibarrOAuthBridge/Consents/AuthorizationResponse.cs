// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>What a browser brought back from a provider, hostile until checked. Not a printing record: the code is a credential.</summary>
internal sealed class AuthorizationResponse
{
    /// <summary>The <c>error</c> of a person who pressed Cancel or Deny (RFC 6749, section 4.1.2.1).</summary>
    public const string AccessDenied = "access_denied";

    private const int LongestState = 512;
    private const int LongestCode = 8 * 1024;
    private const int LongestIssuer = 2048;
    private const int LongestError = 64;

    /// <summary>The <c>state</c> parameter.</summary>
    public string? State { get; init; }

    /// <summary>The binding of the session that brought the answer.</summary>
    public string? SessionBinding { get; init; }

    /// <summary>The <c>code</c> parameter.</summary>
    public string? Code
    {
        get;
        init => field = OrNull(value);
    }

    /// <summary>The <c>iss</c> parameter (RFC 9207).</summary>
    public string? Issuer
    {
        get;
        init => field = OrNull(value);
    }

    /// <summary>The <c>error</c> parameter.</summary>
    public string? Error
    {
        get;
        init => field = OrNull(value);
    }

    /// <summary>The <c>error_description</c> parameter.</summary>
    public string? ErrorDescription { get; init; }

    /// <summary>Where the browser arrived, without the query; null if the caller does not say.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>Refuses what no provider sends, before anything is looked up by it.</summary>
    /// <exception cref="BridgeException">Something is missing, too long, or has characters that do not belong there.</exception>
    internal void RequireWellFormed()
    {
        if (string.IsNullOrEmpty(State))
        {
            throw new BridgeException(
                ProblemCode.StateInvalid,
                "The answer has no state, so it belongs to nothing that was begun here. Start again."
            );
        }

        RequireAscii(State, "state", LongestState);
        RequireAscii(Code, "code", LongestCode);
        RequireAscii(Issuer, "iss", LongestIssuer);
        RequireAscii(Error, "error", LongestError);
        if (string.IsNullOrEmpty(SessionBinding))
        {
            throw new BridgeException(
                ProblemCode.StateInvalid,
                "session_binding is needed: that of the browser session which brought the answer."
            );
        }

        if (Code is null && Error is null)
        {
            throw new BridgeException(ProblemCode.InvalidRequest, "The answer has neither a code nor an error.");
        }
    }

    /// <summary>The provider's refusal in one line for people.</summary>
    internal string Refusal
    {
        get
        {
            var description = ForeignText.Clean(ErrorDescription ?? string.Empty, [State ?? string.Empty, Code ?? string.Empty]).Trim();
            return description.Length == 0 ? Error! : $"{Error}: {description}";
        }
    }

    /// <inheritdoc />
    public override string ToString() => "[authorization response]";

    // Callers relay a parameter that was not there as an empty one.
    private static string? OrNull(string? value) => string.IsNullOrEmpty(value) ? null : value;

    // RFC 6749, appendix A: visible ASCII and the space.
    private static void RequireAscii(string? value, string name, int longest)
    {
        if (value is not null && (value.Length > longest || value.AsSpan().ContainsAnyExceptInRange('\u0020', '\u007e')))
        {
            throw new BridgeException(ProblemCode.InvalidRequest, $"{name} is too long, or has characters that it cannot have.");
        }
    }
}
