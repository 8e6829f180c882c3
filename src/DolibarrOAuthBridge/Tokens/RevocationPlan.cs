// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Tokens;

/// <summary>What a revocation would do.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Row">The row of the token table that would be deleted.</param>
/// <param name="Endpoint">Where the provider would be asked to end the grant; null where it would not be asked.</param>
internal sealed record RevocationPlan(string Entry, long Row, string? Endpoint);
