// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace DolibarrOAuthBridge.Login;

/// <summary>What a caller says when a sign-in begins. Not a printing record: the binding is a secret.</summary>
internal sealed class LoginOptions
{
    /// <summary>What only the browser's own session knows.</summary>
    public required string SessionBinding { get; init; }

    /// <summary>Where the provider shall send the browser back to; null for the entry's own.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>Whom to suggest to the provider; null for nobody.</summary>
    public string? LoginHint { get; init; }

    /// <summary>What all sign-ins of one browser session have in common, to count them by; null if the caller does not say.</summary>
    public string? SessionKey { get; init; }

    /// <summary>The browser's address; null if the caller does not say.</summary>
    public IPAddress? ClientAddress { get; init; }
}

/// <summary>A sign-in begun: where the browser goes. It prints nothing of the continuation.</summary>
/// <param name="AuthorizationUrl">The authentication request.</param>
/// <param name="State">Its <c>state</c> parameter.</param>
/// <param name="Continuation">What the caller keeps for the answer.</param>
internal sealed record LoginStart(Uri AuthorizationUrl, string State, string Continuation)
{
    /// <inheritdoc />
    public override string ToString() => "[sign-in begun]";
}
