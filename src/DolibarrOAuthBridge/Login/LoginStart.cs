// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Login;

/// <summary>A sign-in begun: where the browser goes.</summary>
/// <param name="AuthorizationUrl">The authentication request.</param>
/// <param name="State">Its <c>state</c> parameter.</param>
internal sealed record LoginStart(Uri AuthorizationUrl, string State);
