// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>Begins a sign-in. Not a record: it would print the binding.</summary>
public sealed class LoginRequestJson
{
    /// <summary>
    /// Where the provider sends the browser back to, as registered there; left out for the entry's own or the module's callback
    /// page.
    /// </summary>
    public string? RedirectUri { get; init; }

    /// <summary>A secret of the browser's session, up to 512 characters: only the same one can finish the sign-in.</summary>
    public string? SessionBinding { get; init; }

    /// <summary>Whom to suggest to the provider, such as an e-mail address.</summary>
    public string? LoginHint { get; init; }

    /// <summary>
    /// What all sign-ins of one browser session have in common and no other session has, up to 512 characters, such as a hash: the bridge
    /// counts by it, so that a flood from one browser is refused by itself. Left out, <c>session_binding</c> is counted by.
    /// </summary>
    public string? SessionKey { get; init; }

    /// <summary>
    /// The browser's IP address as the web server saw it, so that a flood from one address is refused by itself. It may be left out.
    /// </summary>
    public string? ClientAddress { get; init; }
}
