// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>What a browser brought back from a provider (RFC 6749, section 4.1.2; RFC 9207), relayed as it came.</summary>
/// <param name="State">The <c>state</c> parameter.</param>
/// <param name="SessionBinding">The binding of the browser session that brought it.</param>
/// <param name="Code">The authorization code.</param>
/// <param name="Iss">The <c>iss</c> parameter.</param>
/// <param name="Error">The <c>error</c> parameter. An answer with both is an error.</param>
/// <param name="ErrorDescription">The <c>error_description</c> parameter.</param>
/// <param name="RedirectUri">The address, without its query, at which the browser arrived. Where entries have redirect URIs of
/// their own, it keeps their answers apart.</param>
public sealed record ConsentCallbackJson(
    string? State = null,
    string? SessionBinding = null,
    string? Code = null,
    string? Iss = null,
    string? Error = null,
    string? ErrorDescription = null,
    string? RedirectUri = null
)
{
    /// <inheritdoc />
    public override string ToString() => "[answer to a consent]";
}
