// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>What only the bridge can answer.</summary>
/// <param name="Proof">
/// HMAC-SHA256 in base64url without padding. Key: the API key. Message: <c>dolibarr-oauth-bridge identity v1</c>, the nonce and the
/// company, with a line feed between them.
/// </param>
public sealed record IdentityProofJson(string Proof);
