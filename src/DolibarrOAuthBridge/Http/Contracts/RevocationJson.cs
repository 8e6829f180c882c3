// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>What became of a grant whose row was deleted.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Revocation">At the provider: <c>revoked</c>, <c>not_offered</c>, <c>failed</c> or <c>not_asked</c>.</param>
internal sealed record RevocationJson(string Entry, string Revocation)
{
    /// <summary>Spells an outcome.</summary>
    public static RevocationJson Of(string entry, RevocationOutcome outcome) =>
        new(
            entry,
            outcome switch
            {
                RevocationOutcome.Revoked => "revoked",
                RevocationOutcome.NotOffered => "not_offered",
                RevocationOutcome.Failed => "failed",
                _ => "not_asked",
            }
        );
}
