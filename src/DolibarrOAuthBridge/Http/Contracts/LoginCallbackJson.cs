// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>What the browser brought back from the provider. Not a record: it would print the code.</summary>
public sealed class LoginCallbackJson
{
    /// <summary>The <c>state</c> parameter.</summary>
    public string? State { get; init; }

    /// <summary>The <c>code</c> parameter, if there is one.</summary>
    public string? Code { get; init; }

    /// <summary>The <c>iss</c> parameter (RFC 9207), if there is one.</summary>
    public string? Iss { get; init; }

    /// <summary>The <c>error</c> parameter, if there is one.</summary>
    public string? Error { get; init; }

    /// <summary>The <c>error_description</c> parameter, if there is one. It is not used: anybody could have written it.</summary>
    public string? ErrorDescription { get; init; }

    /// <summary>The secret of the browser's session that the sign-in was begun with.</summary>
    public string? SessionBinding { get; init; }

    /// <summary>What the beginning of the sign-in gave.</summary>
    public string? Continuation { get; init; }
}
