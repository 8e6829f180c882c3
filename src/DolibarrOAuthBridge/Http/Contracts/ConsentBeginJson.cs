// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>The wish to give consent for an entry.</summary>
/// <param name="Flow"><c>code</c> (if not given), <c>device</c> or <c>client_credentials</c>.</param>
/// <param name="SessionBinding">What only the browser session that begins knows, such as a hash of the PHP session's id. The
/// answer must come with the same. Needed for <c>code</c>.</param>
/// <param name="RedirectUri">Where the provider sends the browser: the entry's own (see <c>redirect_uri</c> of the entry), which
/// is taken if none is given, or a loopback address of this machine.</param>
/// <param name="LoginHint">The account to suggest, such as <c>mail@example.com</c>.</param>
/// <param name="ConfirmAccountChange">Lets another account than before take the entry over. It is said at the beginning, since
/// the code is spent by the time the account is known.</param>
/// <param name="ForceConsent">Makes a provider ask again, so that it gives a new refresh token even if there is one.</param>
public sealed record ConsentBeginJson(
    string? Flow = null,
    string? SessionBinding = null,
    string? RedirectUri = null,
    string? LoginHint = null,
    bool ConfirmAccountChange = false,
    bool ForceConsent = false
)
{
    /// <inheritdoc />
    public override string ToString() => $"[consent by {Flow}]";
}
