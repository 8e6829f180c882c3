// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>A sign-in begun.</summary>
/// <param name="AuthorizationUrl">Where to send the browser.</param>
/// <param name="State">The state that the provider will send back.</param>
/// <param name="Continuation">
/// What the bridge remembers of the sign-in, sealed: keep it in the browser's session and send it with the answer. It is good once,
/// for ten minutes.
/// </param>
public sealed record LoginStartJson(string AuthorizationUrl, string State, string Continuation)
{
    /// <inheritdoc />
    public override string ToString() => "[sign-in begun]";
}
