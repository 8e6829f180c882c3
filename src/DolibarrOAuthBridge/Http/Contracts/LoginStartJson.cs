// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>A sign-in begun.</summary>
/// <param name="AuthorizationUrl">Where to send the browser.</param>
/// <param name="State">The state that the provider will send back.</param>
public sealed record LoginStartJson(string AuthorizationUrl, string State);
